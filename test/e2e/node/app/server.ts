/**
 * The application that the scenarios on a node send traffic to: it says who it is and what it has received, and falls ill
 * or fails when it is told to. HTTP/1.1 on port 8080, HTTP/2 without TLS and gRPC health on 8081, and on 8082 a server that speaks
 * first. When it is told to stop it asks its clients to close for a while, and ends after the last HTTP/1.1 answer.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { createServer as createTcpServer } from "node:net";
import { hostname } from "node:os";
import { answerGrpcHealth, grpcHealthPath } from "./grpc-health.ts";

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

const state = { healthy: true, failing: false, stopping: false };
/** How often each path has been asked for. */
const times = new Map<string, number>();
/** Milliseconds in which clients that keep their connection hear that it will be closed. */
const farewell = 2_000;

const serverThatSpeaksFirst = createTcpServer((socket) => {
  socket.on("error", () => undefined);
  socket.write(`220 ${hostname()} ready\r\n`);
  socket.pipe(socket);
});

/** Sick: 503 to probes, NOT_SERVING to gRPC's, and nobody listens on 8082. */
function become(healthy: boolean): void {
  if (healthy && !state.healthy) serverThatSpeaksFirst.listen(8082);
  if (!healthy) serverThatSpeaksFirst.close();
  state.healthy = healthy;
}

/**
 * `/healthz` for probes, `/sick` and `/well` to change what it says, `/crash` to end, `/failing` and `/mended` for whether
 * everything below `/work` is answered 500; anything else is answered with what was received, `/wait/8` after eight seconds,
 * `/times/x` with how often `/x` has been asked for, `/cut` not at all: the connection ends.
 */
function answer(request: Request, response: Response): void {
  const path = request.url ?? "/";
  if (path === "/crash") process.exit(1);
  times.set(path, (times.get(path) ?? 0) + 1);
  if (path.startsWith("/cut")) {
    request.destroy();
    return;
  }
  if (path === "/sick" || path === "/well") become(path === "/well");
  if (path === "/failing" || path === "/mended") state.failing = path === "/failing";
  const seconds = /^\/wait\/(\d+)$/.exec(path)?.[1] ?? 0;
  setTimeout(
    () => {
      response.statusCode = statusOf(path);
      response.setHeader("content-type", "application/json");
      if (state.stopping && request.httpVersionMajor === 1) response.setHeader("connection", "close");
      response.end(received(path, request));
    },
    Number(seconds) * 1_000,
  );
}

function statusOf(path: string): number {
  if (path === "/healthz" && !state.healthy) return 503;
  return path.startsWith("/work") && state.failing ? 500 : 200;
}

function received(path: string, request: Request): string {
  return JSON.stringify({
    pod: hostname(),
    httpVersion: request.httpVersion,
    method: request.method,
    path,
    headers: request.headers,
    times: times.get(path.replace(/^\/times/, "")) ?? 0,
    remoteAddress: request.socket.remoteAddress,
    localAddress: request.socket.localAddress,
  });
}

const httpServer = createServer((request, response) => {
  answer(request, response);
}).listen(8080);
createHttp2Server((request, response) => {
  if (request.url === grpcHealthPath) answerGrpcHealth(response, state.healthy);
  else answer(request, response);
}).listen(8081);
serverThatSpeaksFirst.listen(8082);

function stop(): void {
  state.stopping = true;
  setTimeout(() => httpServer.close(() => process.exit(0)), farewell);
}

// As process 1 it has no default action for signals.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
console.log(`${hostname()} listens`);
