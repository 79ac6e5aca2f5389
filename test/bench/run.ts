/**
 * `make bench`: measures Outrigger's webhook beside Istio's and prints the tables of docs/benchmarks.md.
 *
 * Progress goes to standard error, the result, in Markdown, to standard output.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildIstioWebhook, istioVersion } from "./istio-server.ts";
import type { Effort } from "./measure.ts";
import { recordResult } from "./record.ts";
import { compareMeshes, compareNodes, compareSizes } from "./scenarios.ts";

const usage = `usage: node test/bench/run.ts [--ours-only] [--rounds N] [--seconds S] [--record FILE] [--quote FILE]

  --ours-only  measure Outrigger alone, without Istio's side (needs no Go)
  --rounds     how often each server has its turn in each cell (default 3)
  --seconds    length of a turn's window of measurement (default 2)
  --record     put the result into this Markdown file too, between the comments <!-- bench --> and <!-- /bench -->
  --quote      put the main table alone into this one
`;

interface Options {
  readonly effort: Effort;
  readonly oursOnly: boolean;
  /** Markdown file that gets the whole result. */
  readonly record: string | undefined;
  /** Markdown file that gets the main table. */
  readonly quote: string | undefined;
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** @throws {Error} the usage, where a number is none */
function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      "ours-only": { type: "boolean", default: false },
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "2" },
      record: { type: "string" },
      quote: { type: "string" },
    },
  });
  const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  if (!(effort.rounds >= 1 && effort.seconds > 0)) throw new Error(usage);
  return { effort, oursOnly: values["ours-only"], record: values.record, quote: values.quote };
}

async function describeRun({ rounds, seconds }: Effort, withIstio: boolean): Promise<string> {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), shared with the load generator`;
  const versions = `Node ${process.version}${withIstio ? `, istio.io/istio ${await istioVersion()}` : ""}`;
  return `${machine}; ${versions}; HTTPS keep-alive; ${rounds} rounds of ${seconds} s for each cell.`;
}

async function run({ effort, oursOnly, record, quote }: Options): Promise<void> {
  const istioBinary = oursOnly ? undefined : await buildIstioWebhook(log);
  const printed: string[] = [];
  const print = (text: string): void => {
    printed.push(text);
    process.stdout.write(`${text}\n\n`);
  };
  const directory = await mkdtemp(join(tmpdir(), "outrigger-bench-"));
  try {
    const bench = { effort, directory, log };
    print(await describeRun(effort, !oursOnly));
    const mainTable = await compareMeshes(istioBinary, bench);
    print(mainTable);
    if (quote !== undefined) await recordResult(quote, mainTable);
    print("Outrigger, when there is more to know (c=16):");
    print(await compareSizes(bench));
    if (istioBinary !== undefined) {
      print("Istio looks at every node for each pod, Outrigger at none (c=16):");
      print(await compareNodes(istioBinary, bench));
    }
  } finally {
    await rm(directory, { recursive: true });
  }
  if (record !== undefined) await recordResult(record, printed.join("\n\n"));
}

await run(readOptions());
