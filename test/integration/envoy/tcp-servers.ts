/**
 * TCP servers of the test's application.
 */
import type { Server } from "node:net";
import { createServer } from "node:net";

/** Speaks first, then returns every byte, and says good-bye only when the client has ended its half. */
export function greetingServer(): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.write(`welcome ${socket.remoteAddress ?? ""}\n`);
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("end", () => socket.end("goodbye\n"));
  });
}

/** Returns every byte. */
export function echoServer(): Server {
  return createServer((socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
}

/** Says first which of its pod's ports it is, then returns every byte. */
export function namingServer(): Server {
  return createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write(`port ${socket.localPort ?? 0}`);
    socket.pipe(socket);
  });
}
