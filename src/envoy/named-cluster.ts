/**
 * Clusters of one host that is known by address or name.
 */
import { isIP } from "node:net";
import type { IpFamily } from "../net/cidr.ts";
import { socketAddress } from "./address.ts";
import { reference } from "./expansion.ts";
import type { Cluster } from "./resource.ts";
import { seconds } from "./resource.ts";

export interface NamedClusterInput {
  readonly name: string;
  /** IP address or DNS name; undefined for the pod's own IP. */
  readonly host: string | undefined;
  readonly port: number;
  readonly connectSeconds: number;
  readonly ipFamilies: readonly IpFamily[];
  /** Further fields. */
  readonly more: Readonly<Record<string, unknown>>;
}

function lookupFamily(families: readonly IpFamily[]): string {
  if (families.length > 1) return "ALL";
  return families[0] === "IPv6" ? "V6_ONLY" : "V4_ONLY";
}

function discovery({ host, ipFamilies }: NamedClusterInput): Pick<Cluster, "type"> & Readonly<Record<string, unknown>> {
  if (host === undefined || isIP(host) !== 0) return { type: "STATIC" };
  return {
    type: "STRICT_DNS",
    dns_lookup_family: lookupFamily(ipFamilies),
    // Else the proxy, and with it the pod, is not ready for as long as the name cannot be looked up.
    wait_for_warm_on_init: false,
  };
}

/** A cluster of one host; a name is looked up again and again, an address never. */
export function namedCluster(input: NamedClusterInput): Cluster {
  const { name, host, port, connectSeconds, more } = input;
  const address = socketAddress(host ?? reference.podIp, port);
  return {
    name,
    ...discovery(input),
    connect_timeout: seconds(connectSeconds),
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...more,
  };
}
