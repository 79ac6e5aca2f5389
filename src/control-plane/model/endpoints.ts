/**
 * The endpoints of a Service's port, gathered from its EndpointSlices. Source: Kubernetes, "EndpointSlices"; conditions
 * as kube-proxy reads them.
 */
import { isDeepStrictEqual } from "node:util";
import type { IpFamily } from "../../net/cidr.ts";
import type { ServicePortRecord, ServiceRecord, SliceEndpointRecord, SliceRecord } from "./cluster-object.ts";
import type { Endpoint, EndpointHints } from "./destination.ts";
import type { NamespacedName } from "./workload.ts";
import { namespacedName } from "./workload.ts";

export type EndpointsByFamily = Readonly<Record<IpFamily, readonly Endpoint[]>>;

/** What is known of the pods behind IPs. */
export interface PodLookup {
  /** The identity to expect at a port of an IP; undefined where it is plain. */
  identityOf(ip: string, port: number): string | undefined;
  /** Whether the pod is the one that has the IP now. */
  isAt(pod: NamespacedName, ip: string): boolean;
}

const none: readonly Endpoint[] = [];

/** Shared by all ports without any. */
export const noEndpoints: EndpointsByFamily = { IPv4: none, IPv6: none };

/**
 * Gathers a port's endpoints: one for each IP and port, however many slices name it.
 *
 * @param slices in an order that does not depend on when they came
 */
export function collectEndpoints(
  service: ServiceRecord,
  port: ServicePortRecord,
  slices: readonly SliceRecord[],
  pods: PodLookup,
): EndpointsByFamily {
  if (slices.length === 0) return noEndpoints;
  const collect = (family: IpFamily): readonly Endpoint[] => {
    const found = new Map<string, Endpoint>();
    for (const slice of slices) if (slice.family === family) addSlice(found, service, port, slice, pods);
    return found.size === 0 ? none : [...found.values()].sort(byIpAndPort);
  };
  return { IPv4: collect("IPv4"), IPv6: collect("IPv6") };
}

function addSlice(
  found: Map<string, Endpoint>,
  { publishNotReadyAddresses }: ServiceRecord,
  { name, port, targetPort }: ServicePortRecord,
  slice: SliceRecord,
  pods: PodLookup,
): void {
  for (const slicePort of slice.ports) {
    if (slicePort.name !== name) continue;
    const number = slicePort.port ?? targetPort ?? port;
    for (const { ip, condition, node, zone, hints, pod } of slice.endpoints) {
      if (condition === "unready" && !publishNotReadyAddresses) continue;
      if (pod !== undefined && !pods.isAt(namespacedName(slice.namespace, pod), ip)) continue;
      const draining = condition === "draining";
      const key = `${ip} ${number}`;
      const known = found.get(key);
      // While an endpoint moves from slice to slice it may be in both; what is ready in one of them is ready.
      if (known !== undefined && (draining || !known.draining)) continue;
      found.set(key, { ip, port: number, identity: pods.identityOf(ip, number), zone, node, draining, hints });
    }
  }
}

/** Every IP in the slices, used or not. */
export function endpointIps(slices: readonly SliceRecord[]): ReadonlySet<string> {
  const ofSlice = ({ endpoints }: SliceRecord): readonly string[] => endpoints.map(({ ip }: SliceEndpointRecord) => ip);
  return new Set(slices.flatMap(ofSlice));
}

function byIpAndPort(one: Endpoint, other: Endpoint): number {
  if (one.ip === other.ip) return one.port - other.port;
  return one.ip < other.ip ? -1 : 1;
}

/** Whether two lists say the same. */
export function areSameEndpoints(some: readonly Endpoint[], others: readonly Endpoint[]): boolean {
  return some.length === others.length && some.every((endpoint, index) => isSame(endpoint, others[index]));
}

function isSame(one: Endpoint, other: Endpoint | undefined): boolean {
  return (
    other !== undefined &&
    one.ip === other.ip &&
    one.port === other.port &&
    one.identity === other.identity &&
    one.zone === other.zone &&
    one.node === other.node &&
    one.draining === other.draining &&
    areSameHints(one.hints, other.hints)
  );
}

function areSameHints(some: EndpointHints, others: EndpointHints): boolean {
  return some === others || isDeepStrictEqual(some, others);
}

/** Whether clients expect the same identities of two lists. */
export function haveSameIdentities(some: readonly Endpoint[], others: readonly Endpoint[]): boolean {
  const [ours, theirs] = [identitiesOf(some), identitiesOf(others)];
  return ours.size === theirs.size && [...ours].every((identity) => theirs.has(identity));
}

function identitiesOf(endpoints: readonly Endpoint[]): ReadonlySet<string> {
  const identities = new Set<string>();
  for (const { identity } of endpoints) if (identity !== undefined) identities.add(identity);
  return identities;
}
