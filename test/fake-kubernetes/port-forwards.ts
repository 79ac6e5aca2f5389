/**
 * The fake API server's port forwarding: WebSockets that lead to pages which the test makes up, and the ways it goes wrong.
 */
import * as http from "node:http";
import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { FakeStatus } from "./store.ts";

/** Where a request that came through a forwarded port was going. */
export interface ForwardedRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
}

type Port = Omit<ForwardedRequest, "path">;

const portforward = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/portforward\?ports=(\d+)$/;

export class FakePortForwards {
  /** A page's JSON; throws a {@link FakeStatus} for another status. */
  pages: (request: ForwardedRequest) => unknown = () => {
    throw new FakeStatus(404, "", "there is no such page");
  };
  /** Asked before each: a status to answer with instead. */
  refuses: (port: Port) => number | undefined = () => undefined;
  /** Whether anybody listens on the port. */
  listens: (port: Port) => boolean = () => true;
  /** Whether requests are left without an answer. */
  silent = false;
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: chooseProtocol });

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [, namespace = "", pod = "", port] = portforward.exec(request.url ?? "") ?? [];
    const target = { namespace, pod, port: Number(port) };
    const refusal = port === undefined ? 404 : this.refuses(target);
    if (refusal === undefined) {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#forward(webSocket, target);
      });
      return;
    }
    const status = JSON.stringify({ kind: "Status", code: refusal, reason: "Injected", message: "the test refuses" });
    const length = Buffer.byteLength(status);
    socket.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${status}`);
  }

  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  #forward(socket: WebSocket, target: Port): void {
    for (const channel of [0, 1]) socket.send(Buffer.of(channel, target.port & 0xff, target.port >> 8));
    if (!this.listens(target)) {
      const text = `error forwarding port ${target.port} to pod ${target.pod}: connection refused`;
      socket.send(Buffer.concat([Buffer.of(1), Buffer.from(text)]));
      return;
    }
    const server = http.createServer((request, response) => {
      if (this.silent) return;
      this.#answer({ ...target, path: request.url ?? "" }, response);
    });
    server.emit("connection", streamOf(socket));
  }

  #answer(request: ForwardedRequest, response: http.ServerResponse): void {
    try {
      const page = JSON.stringify(this.pages(request));
      response.writeHead(200, { "content-type": "application/json" });
      // In pieces, as a long page comes.
      const middle = Math.floor(page.length / 2);
      response.write(page.slice(0, middle));
      response.end(page.slice(middle));
    } catch (error) {
      if (!(error instanceof FakeStatus)) throw error;
      response.writeHead(error.code, error.message).end();
    }
  }
}

function chooseProtocol(protocols: ReadonlySet<string>): string | false {
  return protocols.has("v4.channel.k8s.io") ? "v4.channel.k8s.io" : false;
}

function streamOf(socket: WebSocket): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      socket.send(Buffer.concat([Buffer.of(0), chunk]), done);
    },
    final: (done) => {
      socket.close();
      done();
    },
  });
  socket.on("message", (data: Buffer) => {
    stream.push(data.subarray(1));
  });
  socket.on("close", () => {
    stream.push(null);
  });
  return stream;
}
