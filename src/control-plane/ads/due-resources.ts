/**
 * What a client is to be told of one type. Nothing is queued: names are marked as due, and looked up when there is room to
 * send, so that whatever changed while the client was busy is sent once, in its latest version.
 */
import type { DeltaResource } from "../../envoy-api/discovery.ts";
import type { HeldResources } from "./held-resources.ts";
import type { Faulty } from "./resource-source.ts";
import { faulty } from "./resource-source.ts";
import type { WantedNames } from "./wanted-names.ts";

/** What there is to send. */
export interface Pending {
  readonly additions: boolean;
  readonly removals: boolean;
}

export interface DueResourcesOptions {
  /** A resource as it is now; undefined where there is none. */
  readonly resource: (name: string) => DeltaResource | Faulty | undefined;
  readonly wanted: Pick<WantedNames, "has">;
  /** Told of what is taken to be sent, and of what is taken away. */
  readonly held: HeldResources;
}

const nothing: Pending = { additions: false, removals: false };

export class DueResources {
  readonly #options: DueResourcesOptions;
  readonly #names = new Set<string>();
  /** What could not be made when it was last looked up: the client keeps what it has of it, if anything. */
  readonly #withheld = new Set<string>();
  /** Parts of refused responses, each to be sent by itself to find the culprit. */
  #suspects: (readonly string[])[] = [];

  constructor(options: DueResourcesOptions) {
    this.#options = options;
  }

  /** This is to be looked at. */
  add(name: string): void {
    this.#names.add(name);
  }

  /** This need not be looked at any more. */
  delete(name: string): void {
    this.#names.delete(name);
    this.#withheld.delete(name);
  }

  /** Whether the client has no or an older version of something because there is no newer one to send. */
  get withholds(): boolean {
    return this.#withheld.size > 0;
  }

  /** One of these was refused, nobody knows which: halves are sent until it is found. */
  suspect(names: readonly string[]): void {
    for (const name of names) this.#names.add(name);
    const middle = Math.ceil(names.length / 2);
    const halves = [names.slice(0, middle), names.slice(middle)].filter((half) => half.length > 0);
    this.#suspects = [...halves, ...this.#suspects];
  }

  pending(): Pending {
    if (this.#names.size === 0) return nothing;
    let [additions, removals] = [false, false];
    for (const name of this.#names) {
      const state = this.#lookUp(name);
      if (state === "settled") this.#names.delete(name);
      else if (state === "gone") removals = true;
      else additions = true;
    }
    return { additions, removals };
  }

  /**
   * Resources for the next response, which the client counts as having from now on.
   *
   * @param maxBytes of them together; one alone may have more
   */
  takeResources(maxBytes: number): readonly DeltaResource[] {
    for (let part = this.#suspects.shift(); part !== undefined; part = this.#suspects.shift()) {
      const resources = this.#collect(part, maxBytes);
      if (resources.length > 0) return resources;
    }
    return this.#collect(this.#names, maxBytes);
  }

  /** Names of what the client has and is to have no more. */
  takeRemoved(): readonly string[] {
    const removed = [...this.#names].filter((name) => this.#lookUp(name) === "gone");
    for (const name of removed) {
      this.#options.held.forget(name);
      this.#names.delete(name);
    }
    return removed;
  }

  #collect(names: Iterable<string>, maxBytes: number): readonly DeltaResource[] {
    const resources: DeltaResource[] = [];
    let bytes = 0;
    for (const name of names) {
      const resource = this.#names.has(name) ? this.#lookUp(name) : "settled";
      if (typeof resource === "string") continue;
      bytes += resource.body.byteLength;
      if (resources.length > 0 && bytes > maxBytes) break;
      resources.push(resource);
      this.#options.held.take(name, resource.version);
      this.#names.delete(name);
    }
    return resources;
  }

  /** What is to be done about a name: send this, say that it is gone, or nothing. */
  #lookUp(name: string): DeltaResource | "gone" | "settled" {
    const { wanted, held } = this.#options;
    const resource = wanted.has(name) ? this.#options.resource(name) : undefined;
    if (resource === faulty) {
      this.#withheld.add(name);
      return "settled";
    }
    this.#withheld.delete(name);
    if (resource === undefined) return held.has(name) ? "gone" : "settled";
    return held.lacks(resource) ? resource : "settled";
  }
}
