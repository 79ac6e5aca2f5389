/**
 * The open watches of the fake API server, and the ways they go wrong: cut, ended, mute.
 */
import type { ServerResponse } from "node:http";
import { FakeStatus, coverageOf } from "./store.ts";
import type { FakeStore, StoredEvent } from "./store.ts";

interface OpenWatch {
  readonly response: ServerResponse;
  readonly accepts: (event: StoredEvent) => boolean;
}

export class FakeWatches {
  readonly #store: FakeStore;
  readonly #open = new Set<OpenWatch>();
  /** Every query a watch was opened with. */
  readonly queries: Readonly<Record<string, string>>[] = [];
  /** Connections stay open, but nothing comes any more. */
  mute = false;

  constructor(store: FakeStore) {
    this.#store = store;
    store.onEvent((event) => {
      if (!this.mute) for (const watch of this.#open) if (watch.accepts(event)) send(watch.response, event);
    });
  }

  get count(): number {
    return this.#open.size;
  }

  open(response: ServerResponse, collection: string, query: Readonly<Record<string, string>>): void {
    this.queries.push({ ...query });
    const name = /^metadata\.name=(.+)$/.exec(query["fieldSelector"] ?? "")?.[1];
    const covers = coverageOf(collection);
    const accepts = (event: StoredEvent): boolean =>
      covers(event.collection) && (name === undefined || event.object.metadata?.name === name);
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    try {
      const missed = this.#store.since(Number(query["resourceVersion"] ?? 0)).filter(accepts);
      if (!this.mute) for (const event of missed) send(response, event);
    } catch (error) {
      if (!(error instanceof FakeStatus)) throw error;
      const object = { kind: "Status", code: error.code, reason: error.reason, message: error.message };
      response.end(`${JSON.stringify({ type: "ERROR", object })}\n`);
      return;
    }
    const watch = { response, accepts };
    this.#open.add(watch);
    response.on("close", () => this.#open.delete(watch));
  }

  bookmark(): void {
    const object = { metadata: { resourceVersion: String(this.#store.revision) } };
    for (const { response } of this.#open) response.write(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
  }

  /** As when the server dies. */
  cut(): void {
    for (const { response } of this.#open) response.destroy();
    this.#open.clear();
  }

  /** As when `timeoutSeconds` are over. */
  end(): void {
    for (const { response } of this.#open) response.end();
    this.#open.clear();
  }
}

/** In two pieces, which a reader must put together again. */
function send(response: ServerResponse, { type, object }: StoredEvent): void {
  const line = `${JSON.stringify({ type, object })}\n`;
  const middle = Math.floor(line.length / 2);
  response.write(line.slice(0, middle));
  response.write(line.slice(middle));
}
