/**
 * `make conformance`: the Gateway API's conformance suite against Outrigger on a cluster that runs pods, the one that
 * KUBECONFIG names or one that is started here and taken down again, also after a failure, Ctrl-C or SIGTERM. Fails if a test
 * fails, or if one is skipped that the claimed features are for; the suite's own exit code does not tell the latter.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { currentCluster, runScript } from "../e2e/cluster.ts";
import { installGatewayApi, uninstallGatewayApi } from "../e2e/mesh/gateway-api.ts";
import { awaitMesh, uninstallMesh } from "../e2e/mesh/mesh-installation.ts";
import { imageArchives, startNodeCluster, stopNodeCluster } from "../e2e/node/node-cluster.ts";
import { recordResult } from "../bench/record.ts";
import { removeSuiteNamespaces } from "./namespaces.ts";
import { renderRun } from "./page.ts";
import type { ConformanceReport, RecordedRun } from "./report.ts";
import { findShortfalls, parseResults } from "./results.ts";
import { buildSuite, reportPath, resultsPath, runSuite } from "./suite.ts";

const usage = `usage: node test/conformance/run.ts [--run-test NAME] [--successes N] [--keep] [--record] [-- FLAG...]

  --run-test   run this test alone
  --successes  how many requests must go right in a row (default 15: with the suite's own 3, several tests pass by luck)
  --keep       leave Outrigger and the Gateway API on the cluster that KUBECONFIG names
  --record     put report and results into docs/, if the whole suite passes
  FLAG...      further flags of the suite`;

const root = join(import.meta.dirname, "../..");
/** What the last run left to look at. */
const output = join(root, "build/conformance");
const docs = join(root, "docs/conformance");

interface Options {
  readonly runTest: string | undefined;
  readonly successes: number;
  readonly keep: boolean;
  readonly record: boolean;
  readonly flags: readonly string[];
}

/** @throws {Error} the usage, where an option makes no sense */
function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "run-test": { type: "string" },
      successes: { type: "string", default: "15" },
      keep: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
    },
  });
  const { "run-test": runTest, keep, record } = values;
  const successes = Number(values.successes);
  const alone = runTest === undefined ? [] : [`-run-test=${runTest}`];
  if (!(successes >= 1) || (record && runTest !== undefined)) throw new Error(usage);
  return { runTest, successes, keep, record, flags: [...alone, ...positionals] };
}

const options = readOptions();
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    stopped.abort(new Error(`stopped by ${signal}`));
  });
}
process.exitCode = (await run()) ? 0 : 1;

async function run(): Promise<boolean> {
  const program = await buildSuite();
  const echo = await imageArchives(["conformance/echo"]);
  stopped.signal.throwIfAborted();
  if ((process.env["KUBECONFIG"] ?? "") === "") return onOwnCluster(echo, program);
  const { local } = currentCluster();
  if (local !== undefined) await importImages(local.directory, echo);
  try {
    return await judge(program);
  } finally {
    if (!options.keep) await uninstallMesh();
    if (!options.keep) await uninstallGatewayApi();
  }
}

async function onOwnCluster(echo: readonly string[], program: string): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), "outrigger-conformance-"));
  const cluster = join(directory, "cluster");
  try {
    process.env["KUBECONFIG"] = await startNodeCluster(cluster);
    await importImages(cluster, echo);
    return await judge(program);
  } finally {
    await stopNodeCluster(cluster, join(output, "cluster"));
    await rm(directory, { recursive: true, force: true });
  }
}

async function importImages(directory: string, archives: readonly string[]): Promise<void> {
  await runScript("import-images.sh", directory, { timeoutMs: 300_000, args: archives });
}

/** Runs the suite on the cluster of KUBECONFIG, and says whether what it shows is what is claimed. */
async function judge(program: string): Promise<boolean> {
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await removeSuiteNamespaces();
  await installGatewayApi();
  await awaitMesh();
  const content = await runSuiteOnMesh(program).finally(removeSuiteNamespaces);
  const tests = existsSync(resultsPath(output)) ? parseResults(await readFile(resultsPath(output), "utf8")) : [];
  const shortfalls = findShortfalls(tests, await claimedFeatures(), options.runTest);
  if (!content && shortfalls.length === 0) shortfalls.push("the suite itself failed");
  const passed = shortfalls.length === 0;
  const run: RecordedRun = { successes: options.successes, tests };
  // Of one test the table would say that all others were skipped.
  const whole = options.runTest === undefined && tests.length > 0;
  if (whole) await publish(run, passed && options.record);
  for (const shortfall of shortfalls) process.stderr.write(`${shortfall}\n`);
  process.stderr.write(`report and output of the suite: ${output}\n`);
  return passed;
}

async function runSuiteOnMesh(program: string): Promise<boolean> {
  const { successes, flags } = options;
  const { kubeconfig } = currentCluster();
  const version = await productVersion();
  return runSuite({ program, kubeconfig, version, successes, output, flags, signal: stopped.signal });
}

/** Prints the tables, and puts report and tables into the documentation if that is wanted. */
async function publish(run: RecordedRun, record: boolean): Promise<void> {
  const report = await readFile(reportPath(output), "utf8");
  const text = renderRun(parse(report) as ConformanceReport, run);
  process.stdout.write(`${text}\n`);
  if (!record) return;
  await mkdir(docs, { recursive: true });
  await writeFile(join(docs, "report.yaml"), report);
  await writeFile(join(docs, "tests.json"), `${JSON.stringify(run, null, 2)}\n`);
  await recordResult(`${docs}.md`, text, "conformance");
}

async function claimedFeatures(): Promise<readonly string[]> {
  const text = await readFile(join(import.meta.dirname, "options.yaml"), "utf8");
  return (parse(text) as { readonly supportedFeatures: readonly string[] }).supportedFeatures;
}

async function productVersion(): Promise<string> {
  return (JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { readonly version: string }).version;
}
