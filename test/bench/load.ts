/**
 * The load: one and the same generator for every server, at a fixed number of connections, each of which sends its next
 * request when it has the answer to the last.
 *
 * The figures are those of a window that opens once the connections stand, so that TLS handshakes, which the API server
 * makes rarely, count for nobody.
 */
import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import type { Result, Run } from "autocannon";
import type { Sample } from "./figures.ts";
import { readCpuMilliseconds, readResidentMebibytes } from "./process-figures.ts";
import type { ReviewCase } from "./reviews.ts";
import type { Server } from "./server-process.ts";

/** Long enough for 64 TLS handshakes, twice over. */
const settleMilliseconds = 500;
/** The generator's own bound, should the benchmark fail to stop it. */
const boundSeconds = 60;

export interface Load {
  readonly server: Server;
  readonly review: ReviewCase;
  readonly connections: number;
  /** Length of the window of measurement. */
  readonly seconds: number;
}

/**
 * Sends the load and returns what its window counted.
 *
 * @throws {Error} where any answer of the whole run was not the expected one: no figure is worth printing then
 */
export async function applyLoad({ server, review, connections, seconds }: Load): Promise<Sample> {
  const { run, ended } = start(server, review, connections);
  const latencies: number[] = [];
  const record = (_client: unknown, _status: number, _bytes: number, milliseconds: number): void => {
    latencies.push(milliseconds);
  };
  await sleep(settleMilliseconds);
  const before = { time: performance.now(), cpu: readCpuMilliseconds(server.pid) };
  run.on("response", record);
  await sleep(seconds * 1000);
  run.off("response", record);
  const sample = {
    seconds: (performance.now() - before.time) / 1000,
    latencies,
    cpuMilliseconds: readCpuMilliseconds(server.pid) - before.cpu,
    residentMebibytes: readResidentMebibytes(server.pid),
  };
  run.stop();
  requireClean(`${server.name}, ${review.name} pods, c=${connections}`, await ended);
  return sample;
}

function start(server: Server, review: ReviewCase, connections: number): { run: Run; ended: Promise<Result> } {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const options = {
    url: server.url,
    method: "POST",
    // Exactly this: Istio's webhook refuses a media type with parameters.
    headers: { "content-type": "application/json" },
    body: review.body,
    connections,
    duration: boundSeconds,
    sampleInt: 100,
    verifyBody: review.expected,
  } as const;
  const run = autocannon(options, (error, result) => {
    if (error) reject(error);
    else resolve(result);
  });
  return { run, ended: promise };
}

function requireClean(what: string, { errors, non2xx, mismatches, resets, ...counts }: Result): void {
  if (errors + non2xx + mismatches + resets === 0 && counts["2xx"] > 0) return;
  const failures = `${errors} errors, ${non2xx} not 2xx, ${mismatches} wrong answers, ${resets} resets`;
  throw new Error(`${what}: ${failures} beside ${counts["2xx"]} good answers`);
}
