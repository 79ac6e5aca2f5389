/**
 * The application of the scenarios about protocols: each that users run through a sidecar, on a port of its own.
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createTcpServer } from "node:net";
import { hostname } from "node:os";
import { WebSocketServer } from "ws";
import { listenForGrpc } from "./grpc-server.ts";
import { answer } from "./http-answers.ts";
import { protocolPorts } from "./ports.ts";

const http = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  // A client that has gone away is its own business.
  answer(request, response).catch(() => response.destroy());
});
new WebSocketServer({ server: http, path: "/socket" }).on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    socket.send(data, { binary: isBinary });
  });
});
http.listen(protocolPorts.http);

createHttp2Server((request, response) => {
  answer(request, response).catch(() => {
    response.stream.close();
  });
}).listen(protocolPorts.h2c);

createTcpServer((socket) => {
  socket.on("error", () => undefined);
  socket.pipe(socket);
}).listen(protocolPorts.tcp);

const udp = createSocket("udp4", (message, { address, port }) => {
  udp.send(`${address} ${message.toString()}`, port, address);
});
udp.bind(protocolPorts.udp);

listenForGrpc(protocolPorts.grpc);

// As process 1 it has no default action for signals.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
console.log(`${hostname()} listens`);
