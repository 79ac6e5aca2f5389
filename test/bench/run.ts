/**
 * `make bench`: starts the servers, measures them side by side, prints the tables of docs/benchmarks.md.
 *
 * Progress goes to standard error, the result, in Markdown, to standard output.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, compareVariants } from "./comparison.ts";
import { buildIstioWebhook, istioServer, istioVersion } from "./istio-server.ts";
import { largeConfig, overlayCount, selectorCount } from "./large-config.ts";
import { describeAnswer, warmUp } from "./measure.ts";
import type { Effort } from "./measure.ts";
import { outriggerServer } from "./outrigger-server.ts";
import { startServer } from "./server-process.ts";
import type { Server, ServerCommand } from "./server-process.ts";

const usage = `usage: node test/bench/run.ts [--ours-only] [--rounds N] [--seconds S]

  --ours-only  measure Outrigger alone, without Istio's side (needs no Go)
  --rounds     how often each server has its turn in each cell (default 3)
  --seconds    length of a turn's window of measurement (default 2.5)
`;

const cores = availableParallelism();
const few = 10;
const many = 10_000;
const manyNodes = 5_000;

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Starts the servers, warms them up, hands them over, checks them once more and stops them, whatever happens. */
async function withServers(
  commands: readonly ServerCommand[],
  directory: string,
  use: (servers: readonly Server[]) => Promise<void>,
): Promise<void> {
  const servers: Server[] = [];
  try {
    for (const command of commands) servers.push(await startServer(command, directory));
    for (const server of servers) {
      log(await describeAnswer(server));
      await warmUp(server, 3);
    }
    await use(servers);
    for (const server of servers) await describeAnswer(server);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function compareMeshes(istioBinary: string | undefined, effort: Effort, directory: string): Promise<void> {
  const ours = await outriggerServer({ name: "Outrigger", namespaces: few }, directory);
  const theirs =
    istioBinary === undefined
      ? []
      : [
          istioServer(istioBinary, { name: "Istio, GOMAXPROCS=1", processors: 1 }),
          istioServer(istioBinary, { name: `Istio, GOMAXPROCS=${cores} (default)` }),
        ];
  await withServers([ours, ...theirs], directory, async (servers) => {
    print(await compare(servers, effort, log));
  });
}

async function compareSizes(effort: Effort, directory: string): Promise<void> {
  const config = largeConfig();
  const large = `${overlayCount} overlays and ${selectorCount} selectors in the config`;
  const commands = [
    await outriggerServer({ name: `Outrigger, ${few} namespaces, default config`, namespaces: few }, directory),
    await outriggerServer({ name: `Outrigger, ${many} namespaces`, namespaces: many }, directory),
    await outriggerServer({ name: `Outrigger, ${large}`, namespaces: few, config }, directory),
  ];
  await withServers(commands, directory, async (servers) => {
    print(`\nDoes size matter? (c=16)\n\n${await compareVariants(servers, effort, log)}`);
  });
}

async function compareNodes(binary: string, effort: Effort, directory: string): Promise<void> {
  const commands = [3, manyNodes].map((nodes) =>
    istioServer(binary, { name: `Istio, GOMAXPROCS=1, ${nodes} nodes`, processors: 1, nodes }),
  );
  await withServers(commands, directory, async (servers) => {
    print(
      `\nIstio looks at every node for each pod; Outrigger at none (c=16)\n\n${await compareVariants(servers, effort, log)}`,
    );
  });
}

async function describeRun(effort: Effort, withIstio: boolean): Promise<string> {
  const machine = `${cores} cores (${cpus()[0]?.model ?? "unknown"}), shared with the load generator`;
  const versions = `Node ${process.version}${withIstio ? `, istio.io/istio ${await istioVersion()}` : ""}`;
  return `${machine}; ${versions}; ${effort.rounds} rounds of ${effort.seconds} s for each cell; HTTPS keep-alive\n`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "ours-only": { type: "boolean", default: false },
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "2.5" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    print(usage);
    return;
  }
  const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  if (!(effort.rounds >= 1 && effort.seconds > 0)) throw new Error(usage);
  const istioBinary = values["ours-only"] ? undefined : await buildIstioWebhook(log);
  const directory = await mkdtemp(join(tmpdir(), "outrigger-bench-"));
  try {
    print(await describeRun(effort, istioBinary !== undefined));
    await compareMeshes(istioBinary, effort, directory);
    await compareSizes(effort, directory);
    if (istioBinary !== undefined) await compareNodes(istioBinary, effort, directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

await main();
