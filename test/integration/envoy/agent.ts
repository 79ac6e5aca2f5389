/**
 * The process that acts for the tests inside a network namespace, as the application, as a client or as a remote server.
 *
 * Standard input: one call a line, `{ id, name, parameters }`; standard output: one answer a line, `{ id, result }` or
 * `{ id, error }`, in the order in which they come to be. It ends with its standard input.
 */
import { createInterface } from "node:readline";
import { agentFunctions } from "./agent-functions.ts";

interface Call {
  readonly id: number;
  readonly name: keyof typeof agentFunctions;
  readonly parameters: readonly unknown[];
}

async function answer({ id, name, parameters }: Call): Promise<void> {
  const called = agentFunctions[name] as (...parameters: readonly unknown[]) => unknown;
  const outcome = await new Promise((resolve) => {
    resolve(called(...parameters));
  }).then(
    (result) => ({ id, result }),
    (error: unknown) => ({ id, error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

const calls = createInterface(process.stdin);
calls.on("line", (line) => void answer(JSON.parse(line) as Call));
calls.on("close", () => process.exit());
