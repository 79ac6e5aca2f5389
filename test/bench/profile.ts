/**
 * Where the webhook's time goes under load: the built CLI runs under V8's profiler while the benchmark's load is on it.
 *
 *   node test/bench/profile.ts [--pod injected|skipped] [--seconds S] [--connections N] [--top N] [--out FILE.cpuprofile]
 */
import { copyFile, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { renderFigures, summarize } from "./figures.ts";
import { applyLoad } from "./load.ts";
import { describeAnswer } from "./measure.ts";
import { outriggerServer } from "./outrigger-server.ts";
import { injectedReview, skippedReview } from "./reviews.ts";
import { renderSelfTimes } from "./self-time.ts";
import type { Profile } from "./self-time.ts";
import { startServer } from "./server-process.ts";

const { values: options } = parseArgs({
  options: {
    pod: { type: "string", default: "injected" },
    seconds: { type: "string", default: "8" },
    connections: { type: "string", default: "16" },
    top: { type: "string", default: "40" },
    out: { type: "string" },
  },
});

const directory = await mkdtemp(join(tmpdir(), "outrigger-profile-"));
try {
  const nodeOptions = ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${directory}`];
  const command = await outriggerServer({ name: "Outrigger", namespaces: 10, nodeOptions }, directory);
  const server = await startServer(command, directory);
  try {
    console.log(await describeAnswer(server));
    const review = options.pod === "skipped" ? skippedReview : injectedReview;
    const load = { server, review, connections: Number(options.connections), seconds: Number(options.seconds) };
    const [rate, p50, p99, cpu, resident] = renderFigures(summarize([await applyLoad(load)]));
    console.log(`profiled: ${rate} requests/s, p50 ${p50} ms, p99 ${p99} ms, ${cpu} CPU ms/request, ${resident} MiB\n`);
  } finally {
    // A graceful end: V8 writes the profile when the process exits by itself.
    await server.stop();
  }
  const file = (await readdir(directory)).find((name) => name.endsWith(".cpuprofile"));
  if (file === undefined) throw new Error("the server wrote no profile: it did not stop by itself");
  const profile = JSON.parse(await readFile(join(directory, file), "utf8")) as Profile;
  console.log(renderSelfTimes(profile, Number(options.top)));
  if (options.out !== undefined) await copyFile(join(directory, file), options.out);
} finally {
  await rm(directory, { recursive: true });
}
