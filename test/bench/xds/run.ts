/**
 * `make bench-xds`: how fast the control plane tells its proxies, and what that costs, in the table of docs/benchmarks.md and
 * the README. The control plane is the built one, against a real API server with real tokens; only the proxies are played.
 *
 * Progress goes to standard error, the result, in Markdown, to standard output. Whatever was started is stopped at the end,
 * also after a failure, Ctrl-C or SIGTERM.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connectToCluster } from "../../../src/kubernetes/client.ts";
import { startCluster, stopCluster } from "../../e2e/cluster.ts";
import { recordResult } from "../record.ts";
import type { MeshSize, SizeFigures } from "./mesh-size.ts";
import { measureSize } from "./mesh-size.ts";
import { ShopCluster } from "./shop-cluster.ts";
import { enduranceSentence, istioTable, mainTable } from "./tables.ts";

const usage = `usage: node test/bench/xds/run.ts [--sizes SERVICESxPROXIES,...] [--changes N] [--endurance N] [--minutes M] [--node-option FLAG] [--profile DIR] [--record FILE]

  --sizes        in the order in which the mesh grows (default 100x100,1000x100,1000x1000,5000x100)
  --changes      how many changes a percentile is made of (default 100)
  --endurance    how many changes memory must stand, at 1000x100 or the only size; 0: none (default 10000)
  --minutes      no further size is begun after so long (default 4)
  --node-option  a flag for the control plane's Node; may be repeated
  --profile      write CPU profiles of the control plane into this directory
  --record       put the result into this Markdown file too, between <!-- bench-xds --> and <!-- /bench-xds -->; may be repeated
`;

function log(line: string): void {
  process.stderr.write(`${((performance.now() - begun) / 1_000).toFixed(0).padStart(4)}s  ${line}\n`);
}

interface Options {
  readonly sizes: readonly MeshSize[];
  readonly changes: number;
  readonly endurance: number;
  readonly minutes: number;
  /** Flags for the control plane's Node. */
  readonly nodeOptions: readonly string[];
  readonly record: readonly string[];
}

/** @throws Error the usage, where an option makes no sense */
function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      sizes: { type: "string", default: "100x100,1000x100,1000x1000,5000x100" },
      changes: { type: "string", default: "100" },
      endurance: { type: "string", default: "10000" },
      minutes: { type: "string", default: "4" },
      "node-option": { type: "string", multiple: true, default: [] },
      profile: { type: "string" },
      record: { type: "string", multiple: true, default: [] },
    },
  });
  const sizes = values.sizes.split(",").map((text) => {
    const [services = Number.NaN, proxies = Number.NaN] = text.split("x").map(Number);
    return { services, proxies };
  });
  const [changes, endurance, minutes] = [Number(values.changes), Number(values.endurance), Number(values.minutes)];
  const sound = sizes.every(({ services, proxies }) => services >= 100 && proxies >= 100);
  if (!sound || !(changes >= 1) || !(endurance >= 0) || !(minutes > 0)) throw new Error(usage);
  const profiling = values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`];
  const nodeOptions = [...values["node-option"], ...profiling];
  return { sizes, changes, endurance, minutes, nodeOptions, record: values.record };
}

const begun = performance.now();
const options = readOptions();
const directory = await mkdtemp(join(tmpdir(), "outrigger-bench-xds-"));
const clusterDirectory = join(directory, "cluster");
let stopRunning = (): Promise<void> => Promise.resolve();
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      reject(new Error(`stopped by ${signal}`));
    });
  }
});

try {
  const figures = await Promise.race([measure(), interrupted]);
  const result = renderResult(figures);
  process.stdout.write(`${result}\n`);
  for (const file of options.record) await recordResult(file, result, "bench-xds");
} finally {
  await stopRunning();
  await stopCluster(clusterDirectory, join(directory, "logs"));
  await rm(directory, { recursive: true, force: true });
}

async function measure(): Promise<readonly SizeFigures[]> {
  const { kubeconfig } = await startCluster(clusterDirectory);
  const shop = new ShopCluster(await connectToCluster({ kubeconfig, environment: {} }));
  await shop.prepare();
  await shop.growTo(100);
  const pods = await shop.createPods(Math.max(...options.sizes.map(({ proxies }) => proxies)));
  log(`${pods.length} pods and their tokens`);
  const figures: SizeFigures[] = [];
  for (const size of options.sizes) {
    if (performance.now() - begun > options.minutes * 60_000) {
      log(`${size.services} services, ${size.proxies} proxies: left out, the time is up`);
      continue;
    }
    await shop.growTo(size.services);
    log(`${size.services} Services`);
    figures.push(await measureSize({ ...measuring(size), shop, pods, kubeconfig }));
  }
  return figures;
}

function measuring(size: MeshSize): Omit<Parameters<typeof measureSize>[0], "shop" | "pods" | "kubeconfig"> {
  const { sizes, changes, endurance, nodeOptions } = options;
  const endures = sizes.length === 1 || (size.services === 1_000 && size.proxies === 100);
  return {
    size,
    directory,
    changes,
    enduranceChanges: endures ? endurance : 0,
    nodeOptions,
    log,
    onStart: (stop) => {
      stopRunning = stop;
    },
  };
}

function renderResult(figures: readonly SizeFigures[]): string {
  return [
    `${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), shared by the control plane, the API server with etcd and the processes that play the proxies; Node ${process.version}; each percentile of ${options.changes} changes.`,
    mainTable(figures),
    enduranceSentence(figures),
    "Istio's control plane, measured earlier on the same kind of machine with the same shape of load, not in this run ([what differs](#what-differs)):",
    istioTable(),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}
