/**
 * Many requests, and how often each answer came.
 */
import { Agent, request } from "node:http";
import type { PageRequest } from "./conversations.ts";

/** So many at once. */
const workers = 8;

async function statusAndPort(agent: Agent, { host, port, path, method, headers }: PageRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host, port, path, method, headers }, (response) => {
      let text = "";
      response.on("data", (part: Buffer) => (text += part.toString()));
      response.on("end", () => {
        const { statusCode = 0 } = response;
        const answered = statusCode === 200 ? (JSON.parse(text) as { readonly port: number }).port : "";
        resolve(`${statusCode} ${answered}`.trim());
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** @returns `<status> <port of the server>` → how often, of so many requests */
export async function tally(page: PageRequest, times: number): Promise<Readonly<Record<string, number>>> {
  const agent = new Agent({ keepAlive: true, maxSockets: workers });
  const counts: Record<string, number> = {};
  let left = times;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await statusAndPort(agent, page);
      counts[answer] = (counts[answer] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  agent.destroy();
  return counts;
}
