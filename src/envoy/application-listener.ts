/**
 * Where the kubelet and Prometheus reach the application past the capture: its probes, lifecycle hooks and metrics, each
 * on a path of its own, and nothing else of it.
 */
import type { ApplicationPart } from "./application-part.ts";
import type { BootstrapInput, ProbeTarget } from "./bootstrap-input.ts";
import { checkedProbe } from "./checked-probe.ts";
import { applicationPageServer } from "./http-connection-manager.ts";
import { httpProbe } from "./http-probe.ts";
import { metricsPage } from "./metrics-page.ts";
import { ownListener } from "./own-listener.ts";
import { ports } from "./ports.ts";
import { redirectFilter } from "./redirects.ts";
import type { Cluster, Listener } from "./resource.ts";

function probePart(probe: ProbeTarget, input: BootstrapInput): ApplicationPart {
  return probe.kind === "http" ? httpProbe(probe, input) : checkedProbe(probe, input);
}

function parts(input: BootstrapInput): readonly ApplicationPart[] {
  const probes = input.probes.map((probe) => probePart(probe, input));
  return input.metrics === undefined ? probes : [...probes, metricsPage(input.metrics, input)];
}

function asksOverHttp({ probes }: BootstrapInput): boolean {
  return probes.some(({ kind }) => kind === "http");
}

/** The listener on the application port. */
export function applicationListener(input: BootstrapInput): Listener {
  const all = parts(input);
  const manager = applicationPageServer({
    statPrefix: "application",
    filters: [...all.flatMap((part) => part.filters), ...(asksOverHttp(input) ? [redirectFilter] : [])],
    routes: all.flatMap((part) => part.routes),
  });
  return ownListener("application", ports.application, input.ipFamilies, manager);
}

/** The clusters behind it, each once. */
export function applicationClusters(input: BootstrapInput): readonly Cluster[] {
  return [...new Map(parts(input).map(({ cluster }) => [cluster.name, cluster])).values()];
}
