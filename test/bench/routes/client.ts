/** The process that is the application of the client's pod: one connection, one request after another, each one's time. */
import { Agent, request } from "node:http";
import { serveCalls } from "../../integration/envoy/serve-calls.ts";

export interface TimedRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

function ask(agent: Agent, asked: TimedRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, ...asked }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${asked.path} was answered ${response.statusCode ?? 0}`));
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

export const clientFunctions = {
  /** Milliseconds of each request. */
  time: async (asked: TimedRequest, times: number): Promise<readonly number[]> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const milliseconds: number[] = [];
    for (let count = 0; count < times; count += 1) {
      const begun = performance.now();
      await ask(agent, asked);
      milliseconds.push(performance.now() - begun);
    }
    agent.destroy();
    return milliseconds;
  },
} as const;

export type ClientFunctions = typeof clientFunctions;

if (import.meta.main) serveCalls(clientFunctions);
