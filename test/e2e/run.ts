/**
 * `make e2e`: brings a cluster up where KUBECONFIG names none, runs every scenario, and takes the cluster down again,
 * also after a failure, Ctrl-C or SIGTERM. With `--node` (`make e2e-node`) the cluster runs pods, and the scenarios are
 * those that need that; with `--mesh` (`make e2e-mesh`) they are those of the mesh, on the same cluster. Other arguments choose
 * scenario files by part of their name.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startCluster, stopCluster } from "./cluster.ts";
import { uninstallGatewayApi } from "./mesh/gateway-api.ts";
import { uninstallMesh } from "./mesh/mesh-installation.ts";
import { uninstallFromNode } from "./node/installation.ts";
import { startNodeCluster, stopNodeCluster } from "./node/node-cluster.ts";
import { killRecordedProcesses } from "./process-record.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Logs of the last run's cluster and webhook replicas. */
const keptLogs = join(root, "build", "e2e-logs");

interface Suite {
  /** Where its scenarios are. */
  readonly files: string;
  /** Starts its cluster in a folder; resolves to the path of an administrator's kubeconfig. */
  readonly start: (directory: string) => Promise<string>;
  readonly stop: (directory: string, keepLogs: string) => Promise<void>;
  /** Leaves a cluster that is not ours as it was. */
  readonly cleanUp: () => Promise<void>;
}

/** Without nodes: what the API server and the controllers do. */
const apiSuite: Suite = {
  files: "test/e2e/scenarios/**/*.test.ts",
  start: async (directory) => (await startCluster(directory)).kubeconfig,
  stop: stopCluster,
  // Each file of scenarios does it.
  cleanUp: () => Promise.resolve(),
};

/** With a node: what the kubelet, the kernel and the proxies do. */
const nodeSuite: Suite = {
  files: "test/e2e/node/**/*.test.ts",
  start: startNodeCluster,
  stop: stopNodeCluster,
  cleanUp: uninstallFromNode,
};

/** The same with the control plane: what it makes of pods that run. */
const meshSuite: Suite = {
  ...nodeSuite,
  files: "test/e2e/mesh/**/*.test.ts",
  cleanUp: async () => {
    await uninstallMesh();
    await uninstallGatewayApi();
  },
};

const suites: Readonly<Record<string, Suite>> = { "--node": nodeSuite, "--mesh": meshSuite };

let scenarios: ChildProcess | undefined;
let stopped = false;

// A signal ends the scenarios, not this process: what was started must be stopped first.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    stopped = true;
    scenarios?.kill(signal);
  });
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const suite = args.map((arg) => suites[arg]).find((named) => named !== undefined) ?? apiSuite;
  const parts = args.filter((arg) => suites[arg] === undefined);
  const files = scenarioFiles(suite, parts);
  if (files.length === 0) throw new Error(`no scenario file matches ${parts.join(" ")}`);
  await rm(keptLogs, { recursive: true, force: true });
  const runDirectory = await mkdtemp(join(tmpdir(), "outrigger-e2e-"));
  try {
    return await runOnCluster(suite, files, runDirectory);
  } finally {
    killRecordedProcesses(runDirectory);
    await cp(join(runDirectory, "log"), keptLogs, { recursive: true, force: true }).catch(() => undefined);
    await rm(runDirectory, { recursive: true, force: true });
  }
}

function scenarioFiles(suite: Suite, parts: readonly string[]): readonly string[] {
  const files = globSync(suite.files, { cwd: root }).sort();
  return parts.length === 0 ? files : files.filter((file) => parts.some((part) => file.includes(part)));
}

async function runOnCluster(suite: Suite, files: readonly string[], runDirectory: string): Promise<number> {
  const given = process.env["KUBECONFIG"];
  if (given !== undefined && given !== "") {
    return runScenarios(files, given, runDirectory).finally(async () => suite.cleanUp());
  }
  const clusterDirectory = join(runDirectory, "cluster");
  try {
    return await runScenarios(files, await suite.start(clusterDirectory), runDirectory);
  } finally {
    await suite.stop(clusterDirectory, keptLogs);
  }
}

/** One file at a time: all of them use the same webhook configuration, of which a cluster has one. */
async function runScenarios(files: readonly string[], kubeconfig: string, runDirectory: string): Promise<number> {
  if (stopped) return 1;
  scenarios = spawn(process.execPath, ["--test", "--test-reporter=spec", "--test-concurrency=1", ...files], {
    cwd: root,
    env: { ...process.env, KUBECONFIG: kubeconfig, OUTRIGGER_E2E_DIR: runDirectory },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = (await once(scenarios, "exit")) as [number | null];
  return code ?? 1;
}
