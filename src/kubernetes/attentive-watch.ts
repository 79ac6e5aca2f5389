/**
 * One watch that notices when it is dead: bookmarks come about once a minute, so a watch without a word for minutes is
 * a connection that was lost without being closed.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi, WatchEvent } from "./api.ts";

export interface AttentiveWatchOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly signal: AbortSignal;
  /** Without event or bookmark for so long, the watch is given up. */
  readonly silenceMs: number;
  /** The server is asked to end the watch after so long. */
  readonly watchMs: number;
}

/** Thrown where the watch has been silent for too long. */
export class StalledWatch extends Error {
  override readonly name = "StalledWatch";
}

/** Thrown where the server ended the watch before it said anything: it would end the next one as well. */
export class RefusedWatch extends Error {
  override readonly name = "RefusedWatch";
}

/** A server that accepts a watch keeps it longer than this. */
const refusedWithinMs = 1_000;

/**
 * Streams a watch's events and bookmarks until the server ends it.
 *
 * @throws StalledWatch, RefusedWatch, ApiError, or whatever broke the connection
 */
export async function* watchAttentively(options: AttentiveWatchOptions): AsyncGenerator<WatchEvent> {
  const { api, clock, path, query, accept, signal, silenceMs, watchMs } = options;
  const stalled = new AbortController();
  const listen = (): (() => void) =>
    clock.after(silenceMs, () => {
      stalled.abort(new StalledWatch(`no word for ${silenceMs} ms`));
    });
  const openedAt = clock.now();
  let cancel = listen();
  let silent = true;
  try {
    for await (const event of api.watch({
      path,
      query: { ...query, allowWatchBookmarks: "true", timeoutSeconds: String(Math.ceil(watchMs / 1000)) },
      ...(accept !== undefined && { accept }),
      signal: AbortSignal.any([stalled.signal, signal]),
    })) {
      cancel();
      silent = false;
      yield event;
      cancel = listen();
    }
  } catch (error) {
    throw stalled.signal.aborted ? stalled.signal.reason : error;
  } finally {
    cancel();
  }
  if (silent && clock.now() - openedAt < refusedWithinMs) throw new RefusedWatch("the watch ended at once");
}
