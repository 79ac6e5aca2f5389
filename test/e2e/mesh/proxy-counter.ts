/**
 * A sidecar's own counters, one by one.
 */
import { proxyStatistics } from "../node/proxy-traffic.ts";

/** `series` is a name with all its labels, as Prometheus writes it; 0 where nothing has been counted yet. */
export async function proxyCounter(namespace: string, pod: string, series: string): Promise<number> {
  const statistics = await proxyStatistics(namespace, pod);
  const line = statistics.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length));
}
