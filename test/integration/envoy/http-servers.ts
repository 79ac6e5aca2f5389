/**
 * HTTP servers of the test's application: pages to probe, an echo of what arrived, and a bare one that shows bytes.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server as NetServer, Socket } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { generate } from "selfsigned";
import { state } from "./application-state.ts";

function redirectTarget(url: URL, { headers }: IncomingMessage): string {
  return (url.searchParams.get("to") ?? "").replace("SELF", headers.host ?? "");
}

/** What the servers of this process were asked, each as `<port> <method> <url> <host> <bytes of the body>`. */
export const askedFor: string[] = [];

function note(request: IncomingMessage): void {
  const { method, url, headers, socket } = request;
  const asked = [socket.localPort, method, url, headers.host];
  let bytes = 0;
  request.on("data", (part: Buffer) => (bytes += part.length));
  request.on("end", () => askedFor.push([...asked, bytes].join(" ")));
}

/** Attempts at each flaky page. */
const attempts = new Map<string, number>();

/**
 * `/flaky/<name>?failures=<number>&status=<status>&delayMs=<number>`: fails that often, by a status or by cutting the
 * connection, and then says how often it was asked.
 */
function answerFlakily({ pathname, searchParams }: URL, response: ServerResponse): void {
  const asked = (attempts.get(pathname) ?? 0) + 1;
  attempts.set(pathname, asked);
  const isWell = asked > Number(searchParams.get("failures") ?? Infinity);
  const [status, delayMs] = [Number(searchParams.get("status") ?? 0), Number(searchParams.get("delayMs") ?? 0)];
  void sleep(isWell ? 0 : delayMs).then(() => {
    if (isWell || delayMs > 0) response.end(`asked ${asked} times`);
    else if (status > 0) response.writeHead(status).end("not yet");
    else response.socket?.destroy();
  });
}

const answer: RequestListener = (request, response) => {
  const url = new URL(request.url ?? "/", "http://application");
  const pages: Readonly<Record<string, () => void>> = {
    "/health": () => {
      void sleep(state.delayMs).then(() => response.writeHead(state.status).end("health"));
    },
    "/metrics": () => response.writeHead(200, { "content-type": "text/plain" }).end("requests_total 1\n"),
    "/redirect": () => response.writeHead(302, { location: redirectTarget(url, request) }).end(),
  };
  const echo = (): void => {
    const { method, rawHeaders, socket } = request;
    const { remoteAddress, localPort } = socket;
    response.setHeader("x-served-by", String(localPort));
    response.end(JSON.stringify({ method, url: request.url, rawHeaders, client: remoteAddress, port: localPort }));
  };
  note(request);
  if (url.pathname.startsWith("/flaky/")) answerFlakily(url, response);
  else (pages[url.pathname] ?? echo)();
};

/** Any upgrade is granted, and then every byte comes back. */
function echoUpgraded(request: IncomingMessage, socket: NodeJS.ReadWriteStream): void {
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: ${request.headers.upgrade ?? ""}\r\n`);
  socket.write("connection: Upgrade\r\n\r\n");
  socket.on("error", () => undefined);
  socket.pipe(socket);
}

/** The pages, over HTTP. */
export function pages(): Server {
  const server = createServer({ maxHeaderSize: 512 * 1024 }, answer);
  server.on("upgrade", echoUpgraded);
  return server;
}

/** The pages, over TLS with a certificate of nobody's. */
export async function tlsPages(): Promise<Server> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "nobody" }], { keyType: "ec" });
  return createTlsServer({ key, cert }, answer);
}

/** What the bare server answers: spellings that a careful proxy leaves alone. */
export const bareResponse = [
  "HTTP/1.1 299 Strange But True",
  "X-Custom-Header: One",
  "X-Custom-Header: Two",
  "SERVER: bare/1.0",
  "Date: Tue, 24 Nov 2026 12:00:00 GMT",
  "Content-Length: 5",
  "",
  "hello",
].join("\r\n");

function bareConnection(socket: Socket): void {
  let received = "";
  socket.on("error", () => undefined);
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1");
    if (!received.includes("\r\n\r\n")) return;
    bareRequests.push(received);
    received = "";
    socket.write(bareResponse, "latin1");
  });
}

/** The requests that the bare server got, byte by byte. */
export const bareRequests: string[] = [];

/** Takes any request without a body. */
export function bareServer(): NetServer {
  return createTcpServer(bareConnection);
}
