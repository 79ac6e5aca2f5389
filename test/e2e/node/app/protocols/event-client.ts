/**
 * Server-sent events, and when they came.
 */
import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { protocolPorts } from "./ports.ts";

export interface ReceivedEvents {
  readonly events: readonly string[];
  /** Milliseconds between the first and the last. */
  readonly spread: number;
}

/** The application sends so many events, with so many milliseconds between them. */
export async function receiveEvents(host: string, every: number, count: number): Promise<ReceivedEvents> {
  const sent = request(`http://${host}:${protocolPorts.http}/events?every=${every}&count=${count}`).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const times: number[] = [];
  let text = "";
  for await (const piece of response.setEncoding("utf8")) {
    times.push(performance.now());
    text += String(piece);
  }
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => data);
  return { events, spread: (times.at(-1) ?? 0) - (times[0] ?? 0) };
}
