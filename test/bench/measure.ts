/**
 * Measures several servers side by side: they take turns within each round, so that whatever else the machine does in
 * those minutes falls on all of them.
 */
import { summarize } from "./figures.ts";
import type { Figures, Sample } from "./figures.ts";
import { applyLoad } from "./load.ts";
import type { ReviewCase } from "./reviews.ts";
import { injectedReview, skippedReview } from "./reviews.ts";
import type { Server } from "./server-process.ts";
import { spotCheck } from "./spot-check.ts";

export interface Effort {
  /** How often each server has its turn. */
  readonly rounds: number;
  /** Length of a turn's window of measurement. */
  readonly seconds: number;
}

/** One request, many turns: the figures of each server, in the servers' order. */
export async function measureSideBySide(
  servers: readonly Server[],
  review: ReviewCase,
  connections: number,
  { rounds, seconds }: Effort,
): Promise<readonly Figures[]> {
  const samples = servers.map((): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    // Another one goes first in each round: who follows whom must not matter.
    for (let turn = 0; turn < servers.length; turn++) {
      const index = (round + turn) % servers.length;
      const server = servers[index];
      if (server !== undefined) samples[index]?.push(await applyLoad({ server, review, connections, seconds }));
    }
  }
  return samples.map(summarize);
}

/** Lets a server compile and grow into what it is under load; the first requests of any runtime say little. */
export async function warmUp(server: Server, seconds: number): Promise<void> {
  for (const review of [injectedReview, skippedReview]) {
    await applyLoad({ server, review, connections: 16, seconds });
  }
}

/** Checks one whole answer of each kind and returns the injected pod's in words. */
export async function describeAnswer(server: Server): Promise<string> {
  await spotCheck(server, skippedReview);
  const { bytes, operations } = await spotCheck(server, injectedReview);
  return `${server.name}: a patch of ${operations} operations, an answer of ${bytes} bytes`;
}
