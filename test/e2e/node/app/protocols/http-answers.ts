/**
 * What the application answers over HTTP/1.1 and HTTP/2.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { hostname } from "node:os";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf, patternedBody } from "./patterned-body.ts";

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/**
 * `GET /body?bytes=N` sends a body, `POST /body` says what has come, `GET /events?every=MS&count=N` sends events; anything
 * else is answered with who asks whom.
 */
export async function answer(request: Request, response: Response): Promise<void> {
  const url = new URL(request.url ?? "/", "http://application");
  if (url.pathname === "/body" && request.method === "POST") {
    sendJson(response, await digestOf(request as AsyncIterable<Buffer>));
  } else if (url.pathname === "/body") {
    await sendBody(response, Number(url.searchParams.get("bytes")));
  } else if (url.pathname === "/events") {
    await sendEvents(response, Number(url.searchParams.get("every")), Number(url.searchParams.get("count")));
  } else {
    const { httpVersion, socket } = request;
    sendJson(response, { pod: hostname(), httpVersion, remoteAddress: socket.remoteAddress });
  }
}

function sendJson(response: Response, value: object): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

async function sendBody(response: Response, bytes: number): Promise<void> {
  response.setHeader("content-type", "application/octet-stream");
  await pipeline(Readable.from(patternedBody(bytes)), response as NodeJS.WritableStream);
}

async function sendEvents(response: Response, every: number, count: number): Promise<void> {
  response.setHeader("content-type", "text/event-stream");
  for (let event = 1; event <= count; event += 1) {
    if (event > 1) await sleep(every);
    (response as NodeJS.WritableStream).write(`id: ${event}\ndata: event ${event}\n\n`);
  }
  response.end();
}
