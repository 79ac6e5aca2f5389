/** From what a batch has touched to what differs after it. */
import { isDeepStrictEqual } from "node:util";
import type { IpFamily } from "../../net/cidr.ts";
import { familyOf, formatAddress, parseAddress } from "./address.ts";
import type { Claim } from "./claim.ts";
import { claimRanks, nodePortOf } from "./claim.ts";
import type { Address } from "./destination.ts";
import { areSameEndpoints } from "./endpoints.ts";
import type { MeshChange } from "./mesh.ts";
import type { MeshState } from "./mesh-state.ts";
import type { NodeIndex } from "./node-index.ts";
import type { PendingChange } from "./pending-change.ts";
import type { PodEntry, PodIndex } from "./pod-index.ts";
import type { ResolvedPort } from "./resolved-port.ts";
import { familyByName, isRedefined } from "./resolved-port.ts";
import { findNamedPort } from "./service-index.ts";
import { splitsOf } from "./tcp-routes/tcp-route-state.ts";
import { compareSplits } from "./tcp-routes/tcp-split.ts";
import type { NamespacedName } from "./workload.ts";

type Difference = "none" | "endpoints" | "redefined";

type After = Pick<MeshState, "claims" | "nodes" | "pods" | "services" | "tcpRoutes">;

/** All but the namespaces, which the listing of their addresses tells. */
export function summarizeChange(pending: PendingChange, after: After): Omit<MeshChange, "namespaces"> {
  return {
    ...differingAddresses(pending, after),
    ips: differingIps(pending, after.pods),
    workloads: new Set([...differingWorkloads(pending, after.pods), ...pending.limitedPods]),
    ports: pending.ports,
    routes: pending.routed,
  };
}

function differingAddresses(
  pending: PendingChange,
  { claims, nodes, services, tcpRoutes }: After,
): Pick<MeshChange, "addresses" | "redefined"> {
  const addresses = new Set<Address>();
  const redefined = new Set<Address>();
  for (const [key, before] of pending.claimsBefore) {
    const after = claims.holder(key);
    const differences = {
      IPv4: compareClaims(before, after, "IPv4"),
      IPv6: compareClaims(before, after, "IPv6"),
    };
    if (differences.IPv4 === "none" && differences.IPv6 === "none") continue;
    for (const { address, family } of addressesOf(key, nodes)) {
      if (differences[family] !== "none") addresses.add(address);
      if (differences[family] === "redefined") redefined.add(address);
    }
  }
  for (const [name, before] of pending.namedBefore) {
    const difference = compareNamed(before, findNamedPort(services, name));
    if (difference !== "none") addresses.add(name);
    if (difference === "redefined") redefined.add(name);
  }
  for (const { address, difference } of differingSplits(pending, { services, tcpRoutes })) {
    addresses.add(address);
    if (difference === "redefined") redefined.add(address);
  }
  return { addresses, redefined };
}

interface DifferingSplit {
  readonly address: Address;
  readonly difference: Difference;
}

/** Addresses whose holder differs are told already. */
function* differingSplits(
  { splitsBefore }: PendingChange,
  { services, tcpRoutes }: Pick<MeshState, "services" | "tcpRoutes">,
): Generator<DifferingSplit> {
  for (const [service, before] of splitsBefore) {
    const after = splitsOf(tcpRoutes, service);
    for (const [key, { port, rank }] of services.resolved(service).claims) {
      if (rank === claimRanks.node) continue;
      const family = familyOf(parseAddress(key)?.ip ?? "");
      const difference = compareSplits(before.get(port.port), after.get(port.port), family);
      if (difference !== "none") yield { address: key, difference };
    }
  }
}

function compareNamed(before: ResolvedPort | undefined, after: ResolvedPort | undefined): Difference {
  const families = [before, after].map((port) => port && familyByName(port));
  const [family = "IPv4", other = family] = families;
  return family === other ? compare(before, after, family) : "redefined";
}

function* addressesOf(
  key: string,
  nodes: NodeIndex,
): Generator<{ readonly address: Address; readonly family: IpFamily }> {
  const nodePort = nodePortOf(key);
  if (nodePort === undefined) yield { address: key, family: familyOf(parseAddress(key)?.ip ?? "") };
  else for (const ip of nodes.ips()) yield { address: formatAddress(ip, nodePort), family: familyOf(ip) };
}

function compareClaims(before: Claim | undefined, after: Claim | undefined, family: IpFamily): Difference {
  const isReachedAlike = before === undefined || after === undefined || before.reach === after.reach;
  return isReachedAlike ? compare(before?.port, after?.port, family) : "redefined";
}

function compare(before: ResolvedPort | undefined, after: ResolvedPort | undefined, family: IpFamily): Difference {
  if (before === undefined || after === undefined) return before === after ? "none" : "redefined";
  if (isRedefined(before, after, family)) return "redefined";
  return areSameEndpoints(before.endpoints[family], after.endpoints[family]) ? "none" : "endpoints";
}

function differingIps({ ipOwnersBefore, nodeIps }: PendingChange, pods: PodIndex): ReadonlySet<string> {
  const ips = new Set(nodeIps);
  for (const [ip, before] of ipOwnersBefore) if (!isSamePod(before, pods.ownerOf(ip))) ips.add(ip);
  return ips;
}

function differingWorkloads({ podsBefore }: PendingChange, pods: PodIndex): ReadonlySet<NamespacedName> {
  const workloads = new Set<NamespacedName>();
  for (const [key, before] of podsBefore) if (!isSamePod(before, pods.get(key))) workloads.add(key);
  return workloads;
}

/** Whether nothing that the mesh knows of a pod tells the two apart. */
export function isSamePod(one: PodEntry | undefined, other: PodEntry | undefined): boolean {
  return (
    one === other ||
    (one !== undefined &&
      other !== undefined &&
      isDeepStrictEqual(one.workload, other.workload) &&
      isDeepStrictEqual(one.clientTls, other.clientTls) &&
      isDeepStrictEqual(one.record.sidecar, other.record.sidecar))
  );
}
