/**
 * A process' end of a conversation with the test that started it.
 *
 * Standard input: one call a line, `{ id, name, parameters }`; standard output: one answer a line, `{ id, result }` or
 * `{ id, error }`, in the order in which they come to be. The process ends with its standard input.
 */
import { createInterface } from "node:readline";

export type Functions = Readonly<Record<string, (...parameters: never[]) => unknown>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly unknown[];
}

async function answer({ id, name, parameters }: Call, functions: Functions): Promise<void> {
  const called = functions[name] as ((...parameters: readonly unknown[]) => unknown) | undefined;
  const outcome = await new Promise((resolve) => {
    if (called === undefined) throw new Error(`there is no function ${name}`);
    resolve(called(...parameters));
  }).then(
    (result) => ({ id, result }),
    (error: unknown) => ({ id, error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

/** Answers calls of these functions until the standard input ends. */
export function serveCalls(functions: Functions): void {
  const calls = createInterface(process.stdin);
  calls.on("line", (line) => void answer(JSON.parse(line) as Call, functions));
  calls.on("close", () => process.exit());
}
