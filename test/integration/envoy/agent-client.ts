/**
 * The test's end of an agent: its functions, called from here, run there.
 */
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Namespace } from "../iptables/namespace.ts";
import type { AgentFunctions } from "./agent-functions.ts";
import { agentFunctions } from "./agent-functions.ts";

type Remote<T extends (...parameters: never[]) => unknown> = (
  ...parameters: Parameters<T>
) => Promise<Awaited<ReturnType<T>>>;

export type Agent = { readonly [Name in keyof AgentFunctions]: Remote<AgentFunctions[Name]> };

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Starts an agent in the namespace, by a command that ends in the program to run, e.g. one of setpriv(1). */
export function startAgent(namespace: Namespace, ...prefix: readonly string[]): Agent {
  const child = namespace.start(...prefix, process.execPath, join(import.meta.dirname, "agent.ts"));
  child.stderr.pipe(process.stderr);
  const waiting = new Map<number, (answer: Answer) => void>();
  createInterface(child.stdout).on("line", (line) => {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let ended = false;
  child.once("exit", (code) => {
    ended = true;
    const error = `the agent ended with exit code ${code ?? "of a signal"}`;
    for (const [id, answer] of waiting) answer({ id, error });
    waiting.clear();
  });
  let last = 0;
  const call = async (name: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (ended) throw new Error(`${name}: the agent has ended`);
    const id = ++last;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    child.stdin.write(`${JSON.stringify({ id, name, parameters })}\n`);
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return result;
  };
  const names = Object.keys(agentFunctions);
  const remote = names.map((name) => [name, (...parameters: readonly unknown[]) => call(name, parameters)]);
  return Object.fromEntries(remote) as Agent;
}
