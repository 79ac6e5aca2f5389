/**
 * What a change of the mesh changes for Envoy. The endpoints of an address change most often, and concern nothing but
 * those; its clusters only where more than the list of endpoints differs.
 */
import type { ResourceChange } from "../ads/resource-source.ts";
import { typeUrls } from "../ads/resource-source.ts";
import type { Address } from "../model/destination.ts";
import type { MeshChange } from "../model/mesh.ts";
import type { NamespacedName } from "../model/workload.ts";
import { clusterUses, destinationName } from "./names.ts";

/** What was asked for so far, where the mesh's change cannot know it. */
export interface AskedFor {
  /** Addresses at an IP. */
  addressesAt(ip: string): Iterable<Address>;
  /** Names of an address' endpoints. */
  endpointsOf(address: Address): Iterable<string>;
  /** Proxies that run in a namespace. */
  proxiesOf(namespace: string): Iterable<NamespacedName>;
}

function clustersOf(address: Address): readonly string[] {
  return clusterUses.map((use) => destinationName(use, address));
}

/** A name too many costs a comparison of versions. */
export function affectedResources(change: MeshChange, asked: AskedFor): ResourceChange {
  const atIps = Array.from(change.ips, (ip) => [...asked.addressesAt(ip)]).flat();
  const clusters = new Set([...change.redefined, ...atIps].flatMap(clustersOf));
  const endpoints = new Set([...change.addresses, ...atIps].flatMap((address) => [...asked.endpointsOf(address)]));
  const { routes } = change;
  const namespaces = new Set([...change.namespaces, ...(routes === "all" ? [] : routes)]);
  const neighbours = Array.from(namespaces, (namespace) => [...asked.proxiesOf(namespace)]).flat();
  return {
    shared: new Map([
      [typeUrls.cluster, clusters],
      [typeUrls.endpoints, endpoints],
    ]),
    proxies: change.ports || routes === "all" ? "all" : new Set([...change.workloads, ...neighbours]),
  };
}
