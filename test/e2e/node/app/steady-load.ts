/**
 * `node steady-load.ts URL RATE SECONDS`: sends GET requests at a steady rate over 16 connections that are kept, and prints
 * a JSON report. A request's time counts from the moment it was due, so that a server which stalls is charged for all who
 * waited, not only for the few that were under way.
 */
import { Agent, get } from "node:http";

interface Report {
  /** Milliseconds of each answered request, ascending. */
  readonly latencies: number[];
  /** What went wrong → how often: a status other than 200, or an error's code. */
  readonly failures: Record<string, number>;
}

const [url = "", rate = "1000", seconds = "10"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const report: Report = { latencies: [], failures: {} };

function fail(reason: string): void {
  report.failures[reason] = (report.failures[reason] ?? 0) + 1;
}

async function request(due: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const sent = get(url, { agent, timeout: 10_000 }, (response) => {
    response.on("error", () => undefined);
    response.resume().on("close", () => {
      if (!response.complete) fail("answer cut off");
      else if (response.statusCode === 200) report.latencies.push(performance.now() - due);
      else fail(`status ${response.statusCode}`);
      resolve(undefined);
    });
  });
  sent.on("timeout", () => sent.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
  sent.on("error", (error: NodeJS.ErrnoException) => {
    fail(error.code ?? error.message);
    resolve(undefined);
  });
  return promise;
}

const interval = 1_000 / Number(rate);
const total = Number(rate) * Number(seconds);
const start = performance.now();
const pending: Promise<void>[] = [];
const timer = setInterval(() => {
  while (pending.length < total && performance.now() >= start + pending.length * interval) {
    pending.push(request(start + pending.length * interval));
  }
  if (pending.length < total) return;
  clearInterval(timer);
  void Promise.all(pending).then(() => {
    report.latencies.sort((a, b) => a - b);
    process.stdout.write(JSON.stringify(report));
    agent.destroy();
  });
}, 1);
