/**
 * A WebSocket client.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import { patternedBody } from "./patterned-body.ts";
import { protocolPorts } from "./ports.ts";

export async function openWebSocket(host: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${host}:${protocolPorts.http}/socket`);
  await once(socket, "open");
  return socket;
}

/** Sends a message and gives what comes back. */
export async function echoOverWebSocket(socket: WebSocket, message: string | Buffer): Promise<Buffer> {
  socket.send(message);
  const [data] = (await once(socket, "message")) as [Buffer];
  return data;
}

export interface WebSocketAnswers {
  readonly text: string;
  /** Whether a message of 1 MiB has come back as it was sent. */
  readonly binary: boolean;
  /** RFC 6455, section 7.4. */
  readonly closeCode: number;
}

/** A text, a large binary message, a ping, and a close with a code of the client's own. */
export async function talkOverWebSocket(host: string): Promise<WebSocketAnswers> {
  const socket = await openWebSocket(host);
  const text = (await echoOverWebSocket(socket, "hello")).toString();
  const sent = Buffer.concat([...patternedBody(2 ** 20)]);
  const binary = (await echoOverWebSocket(socket, sent)).equals(sent);
  socket.ping();
  await once(socket, "pong");
  socket.close(4000);
  const [closeCode] = (await once(socket, "close")) as [number];
  return { text, binary, closeCode };
}
