/**
 * Bodies and events over HTTP, by Node's own clients for both versions.
 */
import { once } from "node:events";
import { request } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { connect } from "node:http2";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Digest } from "./patterned-body.ts";
import { digestOf, patternedBody } from "./patterned-body.ts";
import { protocolPorts } from "./ports.ts";

/** The application sends a body of so many bytes; gives what came. */
export async function download(host: string, bytes: number): Promise<Digest> {
  const response = await responseTo(request(`http://${host}:${protocolPorts.http}/body?bytes=${bytes}`), (sent) =>
    sent.end(),
  );
  return digestOf(response);
}

/** The application receives one, in chunks: HTTP/1.1 is not told the length. Gives what came there. */
export async function upload(host: string, bytes: number): Promise<Digest> {
  const post = request(`http://${host}:${protocolPorts.http}/body`, { method: "POST" });
  const response = await responseTo(post, async (sent) => pipeline(Readable.from(patternedBody(bytes)), sent));
  return (await json(response)) as Digest;
}

/** The same over HTTP/2. */
export async function downloadOverHttp2(host: string, bytes: number): Promise<Digest> {
  const session = connect(`http://${host}:${protocolPorts.h2c}`);
  const received = await digestOf(session.request({ ":path": `/body?bytes=${bytes}` }) as AsyncIterable<Buffer>);
  session.close();
  return received;
}

/** The same over HTTP/2. */
export async function uploadOverHttp2(host: string, bytes: number): Promise<Digest> {
  const session = connect(`http://${host}:${protocolPorts.h2c}`);
  const stream = session.request({ ":path": "/body", ":method": "POST" });
  const [received] = await Promise.all([
    json(stream),
    pipeline(Readable.from(patternedBody(bytes)), stream, { end: true }),
  ]);
  session.close();
  return received as Digest;
}

async function responseTo(sent: ClientRequest, send: (sent: ClientRequest) => unknown): Promise<IncomingMessage> {
  const [[response]] = (await Promise.all([once(sent, "response"), send(sent)])) as [[IncomingMessage], unknown];
  return response;
}
