/**
 * Closes a TLS server so that no request is lost, and so that no client can hold the end up.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Server as TlsServer } from "node:tls";

/** How long a connection without a request lives on after the server has stopped listening, in ms: a few round trips. */
const idleLinger = 500;

/**
 * Follows the server's connections from now on.
 *
 * @returns the function that closes it: stops listening, waits for what is in flight for so many ms, then cuts what is left
 */
export function trackConnections(server: Server & TlsServer): (drain: number) => Promise<void> {
  // Node's own list has no connection whose TLS handshake is not over.
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return async (drain) => {
    const waiting = new AbortController();
    const closed = once(server, "close").then(() => {
      waiting.abort();
    });
    // Not `https.Server.close()`, which cuts idle connections at the same moment: one that was just accepted and whose first
    // request is on its way counts as idle. It gets a moment for it, and its answer then says `Connection: close`.
    TlsServer.prototype.close.call(server);
    const linger = Math.min(idleLinger, drain);
    await wait(linger, waiting.signal);
    server.closeIdleConnections();
    await wait(drain - linger, waiting.signal);
    for (const socket of sockets) socket.destroy();
    await closed;
  };
}

/** Waits so many ms, or until the signal says that there is nothing to wait for any more. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
