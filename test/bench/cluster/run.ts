/**
 * `make bench-cluster`: what a sidecar costs on a cluster that runs pods, in the table of docs/benchmarks.md and the
 * README. The pods without sidecars take turns with those that have them, so that what else the machine does falls on both.
 *
 * Progress goes to standard error, the result, in Markdown, to standard output.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stopCluster } from "../../e2e/cluster.ts";
import { createTestNamespaces, injectionEnabled } from "../../e2e/namespaces.ts";
import { installOnNode } from "../../e2e/node/installation.ts";
import { imageArchives, startNodeCluster } from "../../e2e/node/node-cluster.ts";
import { recordResult } from "../record.ts";
import { measurePairs, measureSidecars } from "./measure.ts";
import { startPair } from "./pair.ts";
import { imageSizes, latencyTable, sidecarTable } from "./tables.ts";

const usage = `usage: node test/bench/cluster/run.ts [--rounds N] [--seconds S] [--record FILE]

  --rounds   how often pods with and without sidecars have their turn (default 5)
  --seconds  length of a turn (default 10)
  --record   put the result into this Markdown file too, between <!-- bench-cluster --> and <!-- /bench-cluster -->; may be repeated
`;

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** @throws {Error} the usage, where a number is none */
function readOptions(): { readonly rounds: number; readonly seconds: number; readonly record: readonly string[] } {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "10" },
      record: { type: "string", multiple: true, default: [] },
    },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  if (!(rounds >= 1 && seconds >= 1)) throw new Error(usage);
  return { rounds, seconds, record: values.record };
}

const { rounds, seconds, record } = readOptions();
const directory = await mkdtemp(join(tmpdir(), "outrigger-bench-cluster-"));
const clusterDirectory = join(directory, "cluster");
try {
  process.env["KUBECONFIG"] = await startNodeCluster(clusterDirectory);
  const result = await measure();
  process.stdout.write(`${result}\n`);
  for (const file of record) await recordResult(file, result, "bench-cluster");
} finally {
  await stopCluster(clusterDirectory, join(directory, "logs"));
  await rm(directory, { recursive: true, force: true });
}

async function measure(): Promise<string> {
  const applied = performance.now();
  await installOnNode();
  const installSeconds = (performance.now() - applied) / 1_000;
  log(`installed in ${installSeconds.toFixed(1)} s`);
  const namespaces = createTestNamespaces("bench");
  const plain = await startPair(namespaces, {});
  const meshed = await startPair(namespaces, injectionEnabled);
  log("pods are ready");
  const latencies = await measurePairs({ plain, meshed }, rounds, seconds, log);
  const sidecars = await measureSidecars(meshed, log);
  const images = ["outrigger", "outrigger-init", "envoy"];
  const archives = await imageArchives(images);
  const sizes = await Promise.all(archives.map(async (path) => (await stat(path)).size));
  await namespaces.deleteAll();
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), which the load generator, both applications and the cluster share.`,
    latencyTable(latencies),
    sidecarTable(sidecars),
    `From \`kubectl apply\` of the installation to two ready replicas: ${installSeconds.toFixed(1)} s. Images, not compressed: ${imageSizes(images, sizes)}.`,
  ].join("\n\n");
}
