/**
 * A client that notes who has answered each of its requests, while routes change.
 */
import assert from "node:assert/strict";
import { execOk } from "../node/running-pods.ts";

/** A request and its answer. */
export interface LoggedAnswer {
  /** Milliseconds since 1970, by the node's clock. */
  readonly sent: number;
  /** The pod that has answered 200; else the status, or the error's code. */
  readonly by: string;
}

/** Sends requests at a steady rate from a pod of the application's image; resolves when all are answered. */
export async function logAnswers(
  namespace: string,
  pod: string,
  url: string,
  load: { readonly requestsPerSecond: number; readonly seconds: number },
): Promise<readonly LoggedAnswer[]> {
  const { requestsPerSecond, seconds } = load;
  const command = ["node", "/app/answer-log.ts", url, `${requestsPerSecond}`, `${seconds}`];
  const lines = await execOk({ namespace, pod, container: "app" }, command, (seconds + 120) * 1_000);
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => {
      const space = line.indexOf(" ");
      return { sent: Number(line.slice(0, space)), by: line.slice(space + 1) };
    });
}

/** How many answers each has given. */
export function tally(answers: readonly LoggedAnswer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { by } of answers) counts[by] = (counts[by] ?? 0) + 1;
  return counts;
}

/** As many in a row show that a sidecar has the new weights on all of its threads. */
export const inARow = 20;

/** When the first of the requests was sent that this pod has answered in a row. */
export function convergedAt(answers: readonly LoggedAnswer[], pod: string): number {
  const index = answers.findIndex((_, start) => {
    const row = answers.slice(start, start + inARow);
    return row.length === inARow && row.every(({ by }) => by === pod);
  });
  assert.ok(index >= 0, `${pod} never answers ${inARow} in a row: ${JSON.stringify(tally(answers))}`);
  return answers[index]?.sent ?? Number.NaN;
}
