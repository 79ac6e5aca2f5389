/**
 * Agents, from the test's side.
 */
import { join } from "node:path";
import type { Namespace } from "../iptables/namespace.ts";
import type { AgentFunctions } from "./agent-functions.ts";
import { agentFunctions } from "./agent-functions.ts";
import type { RemoteFunctions } from "./remote-functions.ts";
import { startRemote } from "./remote-functions.ts";

export type Agent = RemoteFunctions<AgentFunctions>;

/** Starts an agent in the namespace, by a command that ends in the program to run, e.g. one of setpriv(1). */
export function startAgent(namespace: Namespace, ...prefix: readonly string[]): Agent {
  const names = Object.keys(agentFunctions) as (keyof AgentFunctions)[];
  return startRemote<AgentFunctions>(namespace, join(import.meta.dirname, "agent.ts"), names, prefix);
}
