/**
 * What a Service is to the mesh: its ports with their protocol and endpoints, the addresses that it claims, and the ports
 * that clients' sidecars should or must not inspect.
 */
import type { PortRange } from "../../net/port-range.ts";
import { includesPort } from "../../net/port-range.ts";
import { familyOf, formatAddress } from "./address.ts";
import type { Claim, ClaimKey } from "./claim.ts";
import { claimRanks, nodePortKey } from "./claim.ts";
import type { ServicePortRecord, ServiceRecord, SliceRecord } from "./cluster-object.ts";
import type { Address, DeclaredProtocol } from "./destination.ts";
import type { DeclarationsByIp } from "./declared-ports.ts";
import { declarePorts, noDeclarations } from "./declared-ports.ts";
import type { PodLookup } from "./endpoints.ts";
import { collectEndpoints, endpointIps } from "./endpoints.ts";
import type { Exposure } from "./port-inspection.ts";
import { exposures } from "./port-inspection.ts";
import { formatNamedPort } from "./named-destination.ts";
import type { ResolvedPort } from "./resolved-port.ts";
import type { ServiceFront } from "./routes/service-front.ts";
import { ownIp, serviceFront } from "./routes/service-front.ts";
import type { LimitsByIp, PortLimit } from "./replica-limits.ts";
import { noLimits } from "./replica-limits.ts";
import type { ContestedPort } from "./tcp-routes/port-holder.ts";
import type { PolicyGroups, RequestPolicy } from "./traffic-policy.ts";
import { connectionPolicy, requestPolicy } from "./traffic-policy.ts";
import type { NamespacedName } from "./workload.ts";
import { namespacedName } from "./workload.ts";

export interface ResolvedService {
  readonly ports: readonly ResolvedPort[];
  readonly claims: ReadonlyMap<ClaimKey, Claim>;
  readonly exposure: Exposure;
  /** Every IP of its slices, used or not. */
  readonly endpointIps: ReadonlySet<string>;
  /** Its ports by name, where it has no IP of its own. */
  readonly named: ReadonlyMap<Address, ResolvedPort>;
  /** Undefined where there is no such Service. */
  readonly front: ServiceFront | undefined;
  /** How many requests its replicas take. */
  readonly limits: LimitsByIp;
  /** What its replicas take. */
  readonly declarations: DeclarationsByIp;
  /** What policies say of its ports' requests, by number; ports whose requests nobody sees are not listed. */
  readonly requests: ReadonlyMap<number, RequestPolicy>;
}

export interface ServiceContext {
  readonly slices: readonly SliceRecord[];
  readonly pods: PodLookup;
  /** Of the namespace, or the mesh's: for Services that name none themselves. */
  readonly opaquePorts: readonly PortRange[];
  /** What policies say of a port, by its name. */
  readonly policyOf: (port: string) => PolicyGroups | undefined;
  /** The TCPRoute that has a port; undefined where none does. */
  readonly tcpRouteAt: (port: ContestedPort) => NamespacedName | undefined;
}

/** Works out one Service; costs as much as it has endpoints. */
export function resolveService(service: ServiceRecord, context: ServiceContext): ResolvedService {
  const resolved =
    service.kind === "external-name" ? [] : service.ports.map((port) => resolvePort(service, port, context));
  const ports = resolved.map(({ port }) => port);
  return {
    ports,
    claims: claimAddresses(service, resolved),
    exposure: exposures(service, ports),
    endpointIps: endpointIps(context.slices),
    named: namePorts(service, resolved),
    front: serviceFront(service, ports),
    limits: limitReplicas(resolved),
    declarations: declareReplicas(service, context),
    requests: requestPolicies(service, resolved),
  };
}

/** What a TCPRoute makes of a port is for its clients; the replicas take what they always did. */
function declareReplicas(service: ServiceRecord, { slices, opaquePorts }: ServiceContext): DeclarationsByIp {
  if (service.kind === "external-name") return noDeclarations;
  const protocols = service.ports.map((port) => protocolOf(service, port, opaquePorts));
  return declarePorts(service, protocols, slices);
}

const noNames: ReadonlyMap<Address, ResolvedPort> = new Map();

function namePorts(service: ServiceRecord, ports: readonly PortWithRecord[]): ReadonlyMap<Address, ResolvedPort> {
  if (ports.length === 0 || ownIp(service) !== undefined) return noNames;
  const key = namespacedName(service.namespace, service.name);
  // Of several with one number, the first has it, as of several that claim one address.
  return new Map(ports.toReversed().map(({ port }) => [formatNamedPort({ service: key, port: port.port }), port]));
}

interface PortWithRecord {
  readonly record: ServicePortRecord;
  readonly port: ResolvedPort;
  readonly policy: PolicyGroups | undefined;
}

function resolvePort(service: ServiceRecord, record: ServicePortRecord, context: ServiceContext): PortWithRecord {
  const { namespace, name, sticky, families } = service;
  const declared = protocolOf(service, record, context.opaquePorts);
  const contested = { service: namespacedName(namespace, name), name: record.name, port: record.port, declared };
  // Nobody connects to what has no address of its own.
  const tcpRoute = service.kind === "addressed" ? context.tcpRouteAt(contested) : undefined;
  const protocol = tcpRoute === undefined ? declared : "tcp";
  const endpoints = collectEndpoints(service, record, context.slices, context.pods);
  const policy = context.policyOf(record.name);
  const balancing = policy && connectionPolicy(policy);
  const port = { namespace, service: name, port: record.port, protocol, sticky, families, endpoints, balancing };
  return { record, port: { ...port, tcpRoute }, policy };
}

/** Of a Service that has no address its clients connect to the pods, or to something else. */
function requestPolicies({ kind }: ServiceRecord, ports: readonly PortWithRecord[]): ResolvedService["requests"] {
  const policies = new Map<number, RequestPolicy>();
  if (kind !== "addressed") return policies;
  // Of several with one number, the first has it.
  for (const { port, policy } of ports.toReversed()) {
    const requests = policy === undefined || port.protocol === "tcp" ? undefined : requestPolicy(policy);
    if (requests === undefined) policies.delete(port.port);
    else policies.set(port.port, requests);
  }
  return policies;
}

/** Bytes are no requests: what is opaque has no limit. */
function limitReplicas(ports: readonly PortWithRecord[]): LimitsByIp {
  const limits = new Map<string, PortLimit[]>();
  for (const { port, policy } of ports) {
    const limit = policy?.rateLimit;
    if (limit === undefined || port.protocol === "tcp") continue;
    for (const endpoint of port.families.flatMap((family) => port.endpoints[family])) {
      const known = limits.get(endpoint.ip) ?? [];
      limits.set(endpoint.ip, [...known, { port: endpoint.port, limit }]);
    }
  }
  return limits.size === 0 ? noLimits : limits;
}

/**
 * The Service's own annotation says most; then what the port declares; then the opaque ports of the namespace or the mesh,
 * unless the Service has an annotation of its own.
 */
function protocolOf(
  { opaquePorts: own }: ServiceRecord,
  { port, protocol }: ServicePortRecord,
  opaquePorts: readonly PortRange[],
): DeclaredProtocol {
  if (own !== undefined && includesPort(own, port)) return "tcp";
  return protocol ?? (own === undefined && includesPort(opaquePorts, port) ? "tcp" : "detect");
}

function claimAddresses(service: ServiceRecord, ports: readonly PortWithRecord[]): ReadonlyMap<ClaimKey, Claim> {
  const claims = new Map<ClaimKey, Claim>();
  // Clients of a headless Service know its pods' own IPs.
  if (service.kind !== "addressed") return claims;
  const key = namespacedName(service.namespace, service.name);
  const claim = (address: ClaimKey, rank: number, port: ResolvedPort): void => {
    if (claims.has(address)) return;
    // By its other addresses a Service is reached as from outside, where a pod in the cluster is under no policy.
    const reach = rank === claimRanks.clusterIp ? service.reach : "cluster";
    claims.set(address, { service: key, rank, createdAt: service.createdAt, reach, port });
  };
  for (const { record, port } of ports) {
    for (const ip of inFamilies(service.clusterIps, service)) claim(at(ip, port), claimRanks.clusterIp, port);
    for (const ip of inFamilies(service.loadBalancerIps, service)) claim(at(ip, port), claimRanks.loadBalancer, port);
    for (const ip of inFamilies(service.externalIps, service)) claim(at(ip, port), claimRanks.external, port);
    if (record.nodePort !== undefined) claim(nodePortKey(record.nodePort), claimRanks.node, port);
  }
  return claims;
}

function inFamilies(ips: readonly string[], { families }: ServiceRecord): readonly string[] {
  return ips.filter((ip) => families.includes(familyOf(ip)));
}

function at(ip: string, { port }: ResolvedPort): Address {
  return formatAddress(ip, port);
}
