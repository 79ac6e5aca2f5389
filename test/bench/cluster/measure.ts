/**
 * The two measurements: latency with and without sidecars, turn by turn, and what the sidecars use, idle and under load.
 */
import type { ContainerOfPod, ContainerUsage } from "../../e2e/node/container-usage.ts";
import { usageAfter } from "../../e2e/node/container-usage.ts";
import { nameOf } from "../../e2e/node/running-pods.ts";
import type { RunningPod } from "../../e2e/node/running-pods.ts";
import type { Pair } from "./pair.ts";
import { sendLoad } from "./pair.ts";

type Log = (line: string) => void;

export interface PairLatencies {
  /** Milliseconds of all rounds, ascending. */
  readonly plain: readonly number[];
  readonly meshed: readonly number[];
}

/** Rounds of load on each pair in turn, the first of which only warms up. */
export async function measurePairs(
  { plain, meshed }: { readonly plain: Pair; readonly meshed: Pair },
  rounds: number,
  seconds: number,
  log: Log,
): Promise<PairLatencies> {
  const pooled: { plain: number[]; meshed: number[] } = { plain: [], meshed: [] };
  for (const pair of [plain, meshed]) await sendLoad(pair, 3);
  for (let round = 1; round <= rounds; round += 1) {
    pooled.plain.push(...(await sendLoad(plain, seconds)).latencies);
    pooled.meshed.push(...(await sendLoad(meshed, seconds)).latencies);
    log(`latency: round ${round} of ${rounds}`);
  }
  const ascending = (latencies: readonly number[]): readonly number[] => latencies.toSorted((a, b) => a - b);
  return { plain: ascending(pooled.plain), meshed: ascending(pooled.meshed) };
}

/** A sidecar in one state of its work. */
export interface SidecarFigures {
  readonly side: "client" | "server";
  readonly load: "idle" | "loaded";
  /** Thousandths of a core. */
  readonly millicores: number;
  readonly last: ContainerUsage;
}

/** The kubelet looks every ten to twenty seconds, and two readings must fall into the load. */
const loadSeconds = 60;

/** Both sidecars of a pair, first idle and then under load. */
export async function measureSidecars(pair: Pair, log: Log): Promise<readonly SidecarFigures[]> {
  log("sidecars: idle");
  const idle = await bothSides(pair, "idle");
  log("sidecars: under load");
  const ends = Date.now() / 1_000 + loadSeconds;
  const [loaded] = await Promise.all([bothSides(pair, "loaded"), sendLoad(pair, loadSeconds)]);
  if (loaded.some(({ last }) => last.readAt > ends))
    throw new Error("the load ended before the kubelet had looked twice");
  return [...idle, ...loaded];
}

async function bothSides(pair: Pair, load: SidecarFigures["load"]): Promise<readonly SidecarFigures[]> {
  return Promise.all(
    (["client", "server"] as const).map(async (side) => {
      const place = proxyOf(pair.namespace, pair[side]);
      // What the state before has left behind settles meanwhile.
      const first = await usageAfter(Date.now() / 1_000 + 5, place);
      const last = await usageAfter(first.readAt + 8, place);
      return { side, load, millicores: millicores(first, last), last };
    }),
  );
}

/** Share of one core between two readings, in thousandths. */
function millicores(from: ContainerUsage, to: ContainerUsage): number {
  return ((to.cpuSeconds - from.cpuSeconds) / (to.readAt - from.readAt)) * 1_000;
}

function proxyOf(namespace: string, pod: RunningPod): ContainerOfPod {
  return { node: pod.spec.nodeName, namespace, pod: nameOf(pod), container: "outrigger-proxy" };
}
