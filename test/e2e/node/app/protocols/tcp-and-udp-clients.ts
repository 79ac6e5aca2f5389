/**
 * TCP and UDP without a protocol on top.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { protocolPorts } from "./ports.ts";

export async function openTcp(host: string): Promise<Socket> {
  const socket = connect(protocolPorts.tcp, host);
  await once(socket, "connect");
  return socket;
}

/** Sends bytes and gives as many as were sent. */
export async function echoOver(socket: Socket, sent: Buffer): Promise<Buffer> {
  socket.write(sent);
  let received = Buffer.alloc(0);
  while (received.length < sent.length) {
    const [piece] = (await once(socket, "data")) as [Buffer];
    received = Buffer.concat([received, piece]);
  }
  return received;
}

/** Every byte there is, none of which begins an HTTP request. */
export async function echoEveryByte(host: string): Promise<{ readonly echoed: boolean }> {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  const socket = await openTcp(host);
  const received = await echoOver(socket, bytes);
  socket.destroy();
  return { echoed: received.equals(bytes) };
}

/** The application answers a datagram with the sender's address, and what it was sent. */
export async function sendDatagram(host: string): Promise<{ readonly answer: string }> {
  const socket = createSocket("udp4");
  socket.send("one datagram", protocolPorts.udp, host);
  const [answer] = (await once(socket, "message", { signal: AbortSignal.timeout(5_000) })) as [Buffer];
  socket.close();
  return { answer: answer.toString() };
}
