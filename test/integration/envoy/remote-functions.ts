/**
 * The test's end of a process in a network namespace: its functions, called from here, run there.
 */
import { createInterface } from "node:readline";
import type { Namespace } from "../iptables/namespace.ts";
import type { Functions } from "./serve-calls.ts";

type Remote<T extends (...parameters: never[]) => unknown> = (
  ...parameters: Parameters<T>
) => Promise<Awaited<ReturnType<T>>>;

export type RemoteFunctions<F extends Functions> = { readonly [Name in keyof F]: Remote<F[Name]> };

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/**
 * Starts a file that serves calls.
 *
 * @param names the functions that it has
 * @param prefix a command that ends in the program to run, e.g. one of setpriv(1)
 */
export function startRemote<F extends Functions>(
  namespace: Namespace,
  file: string,
  names: readonly (keyof F & string)[],
  prefix: readonly string[] = [],
): RemoteFunctions<F> {
  const child = namespace.start(...prefix, process.execPath, file);
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
    const error = `${file} ended with exit code ${code ?? "of a signal"}`;
    for (const [id, answer] of waiting) answer({ id, error });
    waiting.clear();
  });
  let last = 0;
  const call = async (name: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (ended) throw new Error(`${name}: ${file} has ended`);
    const id = ++last;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    child.stdin.write(`${JSON.stringify({ id, name, parameters })}\n`);
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return result;
  };
  const remote = names.map((name) => [name, (...parameters: readonly unknown[]) => call(name, parameters)]);
  return Object.fromEntries(remote) as RemoteFunctions<F>;
}
