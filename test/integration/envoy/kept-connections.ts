/**
 * HTTP/1.1 connections of a client that stay open from one call of the test to the next.
 */
import { Agent, request } from "node:http";
import type { Page, PageRequest } from "./conversations.ts";

const agents: Agent[] = [];

/** A place for one connection, made with the first request. @returns how it is called */
export function connectTo(): number {
  return agents.push(new Agent({ keepAlive: true, maxSockets: 1 })) - 1;
}

export interface KeptPage extends Page {
  /** Of our end: the same as long as the connection is. */
  readonly localPort: number;
}

/** One request on a connection. */
export async function ask(
  connection: number,
  { host, port, path, method = "GET", headers = {} }: PageRequest,
  body?: string,
): Promise<KeptPage> {
  const agent = agents[connection];
  if (agent === undefined) throw new Error(`there is no connection ${connection}`);
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host, port, path, method, headers }, (response) => {
      let text = "";
      const localPort = response.socket.localPort ?? 0;
      response.on("data", (part: Buffer) => (text += part.toString()));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, body: text, ms: performance.now() - started, localPort });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Closes a connection. */
export function hangUp(connection: number): void {
  agents[connection]?.destroy();
}
