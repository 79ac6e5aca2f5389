/**
 * What is compared with what. Each scenario starts its servers together, warms them up, measures them side by side, and
 * stops them before the next.
 */
import { availableParallelism } from "node:os";
import { compare, compareVariants } from "./comparison.ts";
import { istioServer } from "./istio-server.ts";
import { largeConfig, overlayCount, selectorCount } from "./large-config.ts";
import { describeAnswer, warmUp } from "./measure.ts";
import type { Effort } from "./measure.ts";
import { outriggerServer } from "./outrigger-server.ts";
import { injectedReview, skippedReview } from "./reviews.ts";
import { startServer } from "./server-process.ts";
import type { Server, ServerCommand } from "./server-process.ts";

export interface Bench {
  readonly effort: Effort;
  /** An existing directory for the servers' files. */
  readonly directory: string;
  /** Told what goes on. */
  readonly log: (line: string) => void;
}

/** For each kind of pod; the engines' compilers are done with the hot paths by then. */
const warmUpSeconds = 3;
const fewNamespaces = 10;
const manyNamespaces = 10_000;
const fewNodes = 3;
const manyNodes = 5_000;

/** Starts the servers, hands them over, and stops them, whatever happens; each answer is looked at before and after. */
async function withServers<T>(
  commands: readonly ServerCommand[],
  { directory, log }: Bench,
  use: (servers: readonly Server[]) => Promise<T>,
): Promise<T> {
  const servers: Server[] = [];
  try {
    for (const command of commands) servers.push(await startServer(command, directory));
    for (const server of servers) {
      log(await describeAnswer(server));
      await warmUp(server, warmUpSeconds);
    }
    const result = await use(servers);
    for (const server of servers) await describeAnswer(server);
    return result;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** The main table; without Istio's binary, ours alone. */
export async function compareMeshes(istioBinary: string | undefined, bench: Bench): Promise<string> {
  const ours = await outriggerServer({ name: "Outrigger", namespaces: fewNamespaces }, bench.directory);
  const everyCore = `Istio, GOMAXPROCS=${availableParallelism()} (default)`;
  const theirs =
    istioBinary === undefined
      ? []
      : [
          istioServer(istioBinary, { name: "Istio, GOMAXPROCS=1", nodes: fewNodes, processors: 1 }),
          istioServer(istioBinary, { name: everyCore, nodes: fewNodes }),
        ];
  return withServers([ours, ...theirs], bench, (servers) => compare(servers, bench.effort, bench.log));
}

/** Whether the number of namespaces and the size of the config matter to ours. */
export async function compareSizes(bench: Bench): Promise<string> {
  const variants = [
    { name: `${fewNamespaces} namespaces, default config`, namespaces: fewNamespaces },
    { name: `${manyNamespaces} namespaces`, namespaces: manyNamespaces },
    {
      name: `${overlayCount} overlays and ${selectorCount} selectors in the config`,
      namespaces: fewNamespaces,
      config: largeConfig(),
    },
  ];
  const commands = await Promise.all(variants.map((variant) => outriggerServer(variant, bench.directory)));
  return withServers(commands, bench, (servers) =>
    compareVariants(servers, [injectedReview, skippedReview], bench.effort, bench.log),
  );
}

/** Whether the number of nodes matters to Istio's, which looks at them to decide on native sidecars. */
export async function compareNodes(istioBinary: string, bench: Bench): Promise<string> {
  const commands = [fewNodes, manyNodes].map((nodes) =>
    istioServer(istioBinary, { name: `Istio, GOMAXPROCS=1, ${nodes} nodes`, processors: 1, nodes }),
  );
  return withServers(commands, bench, (servers) => compareVariants(servers, [injectedReview], bench.effort, bench.log));
}
