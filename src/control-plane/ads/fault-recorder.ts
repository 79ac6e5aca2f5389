/** What is left behind by resources that could not be made: a line in the log and a count. */
import type { DiscoveryMetrics } from "../../observability/discovery-metrics.ts";
import type { Log } from "../../observability/logger.ts";
import { nameOf } from "./type-names.ts";
import type { ResourceFault } from "./resource-source.ts";

/** Of so many resources it is remembered what was said. */
const mostRemembered = 1_024;

/**
 * Counts each fault. One that comes again with the same words, at the next change or for another proxy, is not logged again.
 */
export function createFaultRecorder(
  log: Log,
  metrics: Pick<DiscoveryMetrics, "faulty">,
): (fault: ResourceFault) => void {
  const said = new Map<string, string>();
  return ({ type, name, part, pod, error: err }) => {
    metrics.faulty(nameOf(type));
    const key = [type, name, part].join(" ");
    const words = String(err);
    if (said.get(key) === words) return;
    if (said.size >= mostRemembered) said.clear();
    said.set(key, words);
    const advice =
      "proxies keep what they had; report it with this line and the objects that are named, and change those";
    log.error({ err, type: nameOf(type), name, part, proxy: pod, advice }, "resource could not be made");
  };
}
