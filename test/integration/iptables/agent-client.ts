/**
 * The test's end of an {@link AgentRequest}: asks one question at a time and waits for its answer.
 */
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { AgentRequest, ConnectRequest } from "./agent.ts";
import type { Namespace } from "./namespace.ts";

export interface Agent {
  /** Answers connections and datagrams to these ports with the name. */
  readonly listen: (name: string, ports: readonly number[]) => Promise<void>;
  /** Name of who accepted the connection and the client's address it saw, or `failed: …`. */
  readonly connect: (request: ConnectRequest) => Promise<string>;
}

/** Starts an agent in the namespace as that user. */
export function startAgent(namespace: Namespace, uid: number, gid: number): Agent {
  const program = join(import.meta.dirname, "agent.ts");
  const child = namespace.start(process.execPath, program, String(uid), String(gid));
  child.stderr.pipe(process.stderr);
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const ask = (request: AgentRequest): Promise<string> => {
    const answered = last.then(async () => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error("the agent has ended");
      return value;
    });
    last = answered.catch(() => undefined);
    return answered;
  };
  return {
    listen: async (name, ports) => {
      const answer = await ask({ listen: ports, name });
      if (answer !== "ok") throw new Error(answer);
    },
    connect: (request) => ask({ connect: request }),
  };
}
