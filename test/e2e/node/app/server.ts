/**
 * The application that the scenarios on a node send traffic to: it says who it is and what it has received, and falls ill
 * when it is told to. HTTP/1.1 on port 8080, HTTP/2 without TLS on 8081, and on 8082 a server that speaks first. When it is
 * told to stop it takes no more connections and ends after the last HTTP/1.1 answer.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { createServer as createTcpServer } from "node:net";
import { hostname } from "node:os";

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

let healthy = true;

const serverThatSpeaksFirst = createTcpServer((socket) => {
  socket.on("error", () => undefined);
  socket.write(`220 ${hostname()} ready\r\n`);
  socket.pipe(socket);
});

/**
 * `/healthz` for probes, `/sick` and `/well` to change what it says, `/close` to stop listening on 8082, `/crash` to end;
 * anything else is answered with what was received, `/wait/8` after eight seconds.
 */
function answer(request: Request, response: Response): void {
  const path = request.url ?? "/";
  if (path === "/crash") process.exit(1);
  const seconds = /^\/wait\/(\d+)$/.exec(path)?.[1];
  setTimeout(
    () => {
      respond(path, request, response);
    },
    Number(seconds ?? 0) * 1_000,
  );
}

function respond(path: string, request: Request, response: Response): void {
  if (path === "/sick" || path === "/well") healthy = path === "/well";
  if (path === "/close") serverThatSpeaksFirst.close();
  const status = path === "/healthz" && !healthy ? 503 : 200;
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({
      pod: hostname(),
      httpVersion: request.httpVersion,
      method: request.method,
      path,
      headers: request.headers,
      remoteAddress: request.socket.remoteAddress,
      localAddress: request.socket.localAddress,
    }),
  );
}

const httpServer = createServer((request, response) => {
  answer(request, response);
}).listen(8080);
createHttp2Server((request, response) => {
  answer(request, response);
}).listen(8081);
serverThatSpeaksFirst.listen(8082);

function stop(): void {
  httpServer.close(() => process.exit(0));
  // A connection that was busy a moment ago is idle now.
  setInterval(() => {
    httpServer.closeIdleConnections();
  }, 50);
}

// As process 1 it has no default action for signals.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
console.log(`${hostname()} listens`);
