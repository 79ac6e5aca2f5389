/** The mesh, kept up to date by changes of single Kubernetes objects. */
import type { IpAndPort } from "./address.ts";
import { familyOf, parseAddress } from "./address.ts";
import type { Claim } from "./claim.ts";
import { claimRanks, nodePortKey } from "./claim.ts";
import type { Problem } from "../../problem.ts";
import type { ObjectChange, ObjectReference } from "./cluster-object.ts";
import type { Address, Destination, PodDestination, ServiceDestination } from "./destination.ts";
import { noHints } from "./destination.ts";
import type { TargetVerdict } from "./judge-traffic-policy.ts";
import { judgeTrafficPolicy } from "./judge-traffic-policy.ts";
import { identityAt } from "./make-workload.ts";
import type { Mesh, MeshChange } from "./mesh.ts";
import type { MeshSettings, MeshState } from "./mesh-state.ts";
import { createMeshState } from "./mesh-state.ts";
import { PendingChange } from "./pending-change.ts";
import { placeObject } from "./place-object.ts";
import type { PodEntry } from "./pod-index.ts";
import type { ObjectProblems } from "./problem-book.ts";
import { familyByName, serviceDestination } from "./resolved-port.ts";
import type { ParentVerdict } from "./routes/judge-route.ts";
import { judgeRoute } from "./routes/judge-route.ts";
import type { RouteKey } from "./routes/route-key.ts";
import { objectKinds, splitRouteKey } from "./routes/route-key.ts";
import { findNamedPort } from "./service-index.ts";
import { summarizeChange } from "./summarize-change.ts";
import { judgeTcpRoute } from "./tcp-routes/judge-tcp-route.ts";
import type { PortSplits } from "./tcp-routes/tcp-route-state.ts";
import { splitsOf } from "./tcp-routes/tcp-route-state.ts";
import { endpointsOfShares, sharesOf } from "./tcp-routes/tcp-split.ts";
import { workOut } from "./work-out.ts";
import type { NamespacedName } from "./workload.ts";

export interface MeshModelOptions extends MeshSettings {
  /** Called within `apply`, when the mesh is complete again, for each object whose problems have changed. */
  readonly onProblems?: (problems: ObjectProblems) => void;
  /** Called as well, after that, for each object of which something else may have to be said to its writer. */
  readonly onVerdict?: (object: ObjectReference) => void;
}

export interface MeshModel extends Mesh {
  /**
   * Takes changes in. What the mesh is afterwards depends on the objects alone: not on the order in which they came, nor
   * on how they were put in batches.
   */
  apply(changes: readonly ObjectChange[]): MeshChange;
  /**
   * The same, but that pods whose MeshTLS mode changes get to it over the stages of `tls-transition.ts`. Each lasts until
   * {@link proceed}; after the last one the mesh is as by `apply`.
   */
  applyGradually(changes: readonly ObjectChange[]): GradualChange;
  /** Brings pods to the next stage. */
  proceed(pods: Iterable<NamespacedName>): GradualChange;
  /** Everything that is wrong, by kind and key. */
  problems(): readonly ObjectProblems[];
  /** What is wrong with one object. */
  problemsOf(object: ObjectReference): readonly Problem[];
  /** What is to be said of a route, parent by parent; undefined where there is none. */
  routeVerdict(route: RouteKey): readonly ParentVerdict[] | undefined;
  /** The same of a TCPRoute. */
  tcpRouteVerdict(route: NamespacedName): readonly ParentVerdict[] | undefined;
  /** How connections to the ports of a Service are shared out that TCPRoutes have. */
  tcpSplits(service: NamespacedName): PortSplits;
  /** What is to be said of a TrafficPolicy, target by target; undefined where there is none. */
  trafficPolicyVerdict(policy: NamespacedName): readonly TargetVerdict[] | undefined;
}

export interface GradualChange {
  readonly change: MeshChange;
  /** Pods that have begun a stage, which is to end once everybody has heard of it. */
  readonly underway: ReadonlySet<NamespacedName>;
}

/** A mesh of nothing. */
export function createMeshModel(options: MeshModelOptions): MeshModel {
  const state = createMeshState(options);
  const conclude = (pending: PendingChange): GradualChange => {
    const { change, judged } = workOutChange(state, pending);
    const found = state.book.takeChanged();
    for (const problems of found) options.onProblems?.(problems);
    for (const object of [...found.map((problems) => problems.object), ...judged]) options.onVerdict?.(object);
    return { change, underway: pending.underway };
  };
  const applyWith = (pending: PendingChange, changes: readonly ObjectChange[]): GradualChange => {
    for (const change of changes) placeObject(state, change, pending);
    return conclude(pending);
  };
  return {
    trustDomain: options.trustDomain,
    apply: (changes) => applyWith(new PendingChange(false), changes).change,
    applyGradually: (changes) => applyWith(new PendingChange(true), changes),
    proceed: (pods) => conclude(proceedingChange(state, pods)),
    destination: (address) => findDestination(state, address),
    workload: (pod) => state.pods.get(pod)?.workload,
    inboundLimits: (pod) => state.limits.at(state.pods.get(pod)?.record.ips ?? []),
    requestPorts: (pod) => findRequestPorts(state, pod),
    inspectedPorts: () => state.inspection.inspectedPorts(),
    opaqueAddresses: () => state.inspection.opaqueAddresses(),
    servicesOf: (namespace) => state.clusterIps.of(namespace).map((address) => clusterIpDestination(state, address)),
    routedPorts: (clientNamespace) => state.routes.ports.of(clientNamespace),
    problems: () => state.book.list(),
    problemsOf: ({ kind, key }) => state.book.of(kind, key),
    routeVerdict: (route) => findVerdict(state, route),
    tcpRouteVerdict: (route) => judgeTcpRoute(state, route),
    tcpSplits: (service) => splitsOf(state.tcpRoutes, service),
    trafficPolicyVerdict: (policy) => findPolicyVerdict(state, policy),
  };
}

interface Applied {
  readonly change: MeshChange;
  /** Objects of which something else may have to be said. */
  readonly judged: readonly ObjectReference[];
}

function proceedingChange({ pods }: MeshState, keys: Iterable<NamespacedName>): PendingChange {
  const pending = new PendingChange(true);
  for (const key of keys) {
    const record = pods.get(key)?.record;
    if (record === undefined) continue;
    pending.pods.set(key, record);
    pending.proceeding.add(key);
  }
  return pending;
}

function workOutChange(state: MeshState, pending: PendingChange): Applied {
  workOut(state, pending);
  const change = { ...summarizeChange(pending, state), namespaces: followClusterIps(state, pending) };
  const policies = Array.from(pending.trafficPolicies, (key): ObjectReference => ({ kind: "trafficPolicy", key }));
  const tcpRoutes = Array.from(pending.judgedTcpRoutes, (key): ObjectReference => ({ kind: "tcpRoute", key }));
  return { change, judged: [...Array.from(pending.judged, referenceToRoute), ...tcpRoutes, ...policies] };
}

function referenceToRoute(route: RouteKey): ObjectReference {
  const { kind, name } = splitRouteKey(route);
  return { kind: objectKinds[kind], key: name };
}

function findVerdict({ routes, book }: MeshState, key: RouteKey): readonly ParentVerdict[] | undefined {
  const entry = routes.table.get(key);
  const { kind, key: name } = referenceToRoute(key);
  return entry && judgeRoute(entry, book.of(kind, name), routes.groups);
}

function findPolicyVerdict(state: MeshState, key: NamespacedName): readonly TargetVerdict[] | undefined {
  const policy = state.trafficPolicies.get(key);
  return policy && judgeTrafficPolicy(state, policy, state.book.of("trafficPolicy", key));
}

function followClusterIps({ clusterIps, claims }: MeshState, { claimsBefore }: PendingChange): ReadonlySet<string> {
  const namespaces = new Set<string>();
  for (const [key, before] of claimsBefore) {
    for (const namespace of clusterIps.move(key, before, claims.holder(key))) namespaces.add(namespace);
  }
  return namespaces;
}

function findRequestPorts({ pods, declared }: MeshState, pod: NamespacedName): readonly number[] {
  const record = pods.get(pod)?.record;
  return record === undefined ? [] : declared.requestsAt(record.namespace, record.ips);
}

function findDestination(state: MeshState, address: Address): Destination {
  const place = parseAddress(address);
  if (place === undefined) return findNamed(state, address);
  const claim = findClaim(state, address, place);
  if (claim !== undefined) return claimedDestination(state, claim, address, place);
  const pod = state.pods.ownerOf(place.ip);
  return pod === undefined ? { kind: "unknown", address } : podDestination(pod, address, place);
}

function findNamed({ services }: MeshState, address: Address): Destination {
  const port = findNamedPort(services, address);
  if (port === undefined) return { kind: "unknown", address };
  // It has no cluster IP, and so nothing that its internalTrafficPolicy would be about.
  return serviceDestination(port, { address, family: familyByName(port), reach: "cluster" });
}

function findClaim({ claims, nodes }: MeshState, address: Address, { ip, port }: IpAndPort): Claim | undefined {
  const claim = claims.holder(address);
  if (claim !== undefined || !nodes.hasIp(ip)) return claim;
  const nodePort = claims.holder(nodePortKey(port));
  return nodePort?.port.families.includes(familyOf(ip)) === true ? nodePort : undefined;
}

function claimedDestination(
  { tcpRoutes }: MeshState,
  { service, rank, port, reach }: Claim,
  address: Address,
  { ip }: IpAndPort,
): ServiceDestination {
  const family = familyOf(ip);
  const destination = serviceDestination(port, { address, family, reach });
  // Node ports are not routed.
  const split = rank === claimRanks.node ? undefined : splitsOf(tcpRoutes, service).get(port.port);
  if (split === undefined) return destination;
  const shares = sharesOf(split, family);
  // By which address the Service is called says nothing of its backends.
  return { ...destination, reach: "cluster", shares, endpoints: endpointsOfShares(shares) };
}

function podDestination(pod: PodEntry, address: Address, { ip, port }: IpAndPort): PodDestination {
  const { workload } = pod;
  const { zone, node } = workload;
  const endpoint = { ip, port, identity: identityAt(pod, port), zone, node, draining: false, hints: noHints };
  return { kind: "pod", address, workload, endpoint };
}

function clusterIpDestination(state: MeshState, address: Address): ServiceDestination {
  const destination = findDestination(state, address);
  if (destination.kind !== "service") throw new Error(`${address} is listed as a cluster IP and is none`);
  return destination;
}
