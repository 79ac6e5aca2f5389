/**
 * The clusters that every capturing sidecar has from its start.
 */
import { inboundCluster, originalDestinationCluster } from "../../envoy/original-destination-cluster.ts";
import type { Cluster } from "../../envoy/resource.ts";
import type { Proxy } from "../proxy.ts";
import type { UnknownDestinations } from "./destination-cluster.ts";
import { refusingCluster } from "./destination-cluster.ts";
import { inboundName, passthroughName } from "./names.ts";

/** Undefined for a name that none of them has. */
export function fixedCluster(
  name: string,
  proxy: Pick<Proxy, "interceptionMode" | "ipFamilies">,
  unknown: UnknownDestinations,
): Cluster | undefined {
  if (name === inboundName) return inboundCluster(proxy);
  if (name !== passthroughName) return undefined;
  return unknown === "refuse" ? refusingCluster(name) : originalDestinationCluster(name, {});
}
