/**
 * Works out what a batch of changes concerns, once every object is in its place: the pods, then the Services, then who
 * stands in whose way. It costs as much as hangs on the objects that have changed, however many others there are.
 */
import { isDeepStrictEqual } from "node:util";
import type { PodRecord } from "./cluster-object.ts";
import { forgetClaimant, forgetPolicy, reportClaimants, reportNamespaceWide } from "./conflicts.ts";
import { judgeTrafficPolicy } from "./judge-traffic-policy.ts";
import { identityAt, makePodEntry } from "./make-workload.ts";
import type { MeshState } from "./mesh-state.ts";
import { opaquePortsOf } from "./mesh-state.ts";
import type { PendingChange } from "./pending-change.ts";
import { rememberFirst } from "./pending-change.ts";
import type { PodEntry } from "./pod-index.ts";
import type { ResolvedService } from "./resolve-service.ts";
import { resolveService } from "./resolve-service.ts";
import { workOutRoutes } from "./routes/work-out-routes.ts";
import { findTcpRouteAt } from "./tcp-routes/place-tcp-route.ts";
import { workOutTcpRoutes } from "./tcp-routes/work-out-tcp-routes.ts";
import { isSamePod } from "./summarize-change.ts";
import type { PolicyGroups } from "./traffic-policy.ts";
import { mergeGroups } from "./traffic-policy.ts";
import type { AppliedTls } from "./tls-policies.ts";
import { beginTransition, proceed } from "./tls-transition.ts";
import { serviceObject } from "./traffic-policy-index.ts";
import type { NamespacedName } from "./workload.ts";
import { namespacedName } from "./workload.ts";

export function workOut(state: MeshState, pending: PendingChange): void {
  for (const [key, record] of pending.pods) workOutPod(state, key, record, pending);
  addServicesOfChangedIps(state, pending);
  for (const key of pending.services) workOutService(state, key, pending);
  workOutRoutes(state, pending);
  workOutTcpRoutes(state, pending);
  for (const key of pending.trafficPolicies) reportTrafficPolicy(state, key);
  reportConflicts(state, pending);
}

function workOutPod(
  state: MeshState,
  key: NamespacedName,
  record: PodRecord | undefined,
  pending: PendingChange,
): void {
  const { pods } = state;
  const before = pods.get(key);
  for (const ip of new Set([...(before?.record.ips ?? []), ...(record?.ips ?? [])])) {
    rememberFirst(pending.ipOwnersBefore, ip, pods.ownerOf(ip));
  }
  const after = record && makeEntry(state, record, before, pending);
  if (after?.transition !== undefined && after.transition !== before?.transition) pending.underway.add(key);
  noteSharedIps(before, after, pending);
  pending.podsBefore.set(key, before);
  pods.set(key, after);
  for (const policy of state.overruled.replace(key, before, after)) pending.overruledPolicies.add(policy);
}

function noteSharedIps(before: PodEntry | undefined, after: PodEntry | undefined, pending: PendingChange): void {
  const [from, to] = [new Set(before?.record.sharedIps), new Set(after?.record.sharedIps)];
  for (const ip of from) if (!to.has(ip)) pending.sharedIps.add(ip);
  for (const ip of to) if (!from.has(ip)) pending.sharedIps.add(ip);
}

function makeEntry(
  state: MeshState,
  record: PodRecord,
  before: PodEntry | undefined,
  pending: PendingChange,
): PodEntry {
  const { namespace, labels, node } = record;
  const tls = state.policies.applied(namespace, labels);
  return makePodEntry(record, {
    trustDomain: state.settings.trustDomain,
    zone: state.nodes.zoneOf(node),
    tls,
    transition: before?.record.uid === record.uid ? transitionOf(before, tls, pending) : undefined,
    opaquePorts: opaquePortsOf(state, namespace),
  });
}

/** One to a mode that is said anew begins anew, from whatever stage another one has reached. */
function transitionOf(
  before: PodEntry,
  { inboundTls: said }: AppliedTls,
  pending: PendingChange,
): PodEntry["transition"] {
  const { record, workload, clientTls, transition, tls } = before;
  if (!isDeepStrictEqual(tls.inboundTls, said)) {
    const isSeen = pending.gradual && record.sidecar !== undefined;
    return isSeen ? beginTransition({ server: workload.inboundTls, clients: clientTls }, said) : undefined;
  }
  const key = namespacedName(record.namespace, record.name);
  return transition !== undefined && pending.proceeding.has(key) ? proceed(transition) : transition;
}

function addServicesOfChangedIps({ pods, services }: MeshState, pending: PendingChange): void {
  for (const [ip, before] of pending.ipOwnersBefore) {
    if (isSamePod(before, pods.ownerOf(ip))) continue;
    for (const service of services.usersOf(ip)) pending.services.add(service);
  }
  for (const ip of pending.sharedIps) for (const service of services.usersOf(ip)) pending.services.add(service);
}

function workOutService(state: MeshState, key: NamespacedName, pending: PendingChange): void {
  const { services, claims, inspection, book, limits, declared, pods } = state;
  const before = services.resolved(key);
  services.setResolved(key, resolve(state, key, pending));
  const after = services.resolved(key);
  for (const claim of new Set([...before.claims.keys(), ...after.claims.keys()])) {
    rememberFirst(pending.claimsBefore, claim, claims.holder(claim));
    claims.set(claim, key, after.claims.get(claim));
    if (!after.claims.has(claim)) forgetClaimant(book, claim, key);
  }
  if (inspection.replace(before.exposure, after.exposure)) pending.ports = true;
  if (!isDeepStrictEqual(before.front, after.front)) {
    pending.fronts.add(key);
    for (const { namespace, name } of state.trafficPolicies.about(serviceObject(key))) {
      pending.trafficPolicies.add(namespacedName(namespace, name));
    }
  }
  for (const port of new Set([...before.requests.keys(), ...after.requests.keys()])) {
    if (isDeepStrictEqual(before.requests.get(port), after.requests.get(port))) continue;
    pending.requestPorts.set(`${key}:${port}`, { service: key, port });
  }
  for (const name of new Set([...before.named.keys(), ...after.named.keys()])) {
    rememberFirst(pending.namedBefore, name, before.named.get(name));
  }
  const ips = [
    ...limits.replace(key, before.limits, after.limits),
    ...declared.replace(key, before.declarations, after.declarations),
  ];
  for (const ip of ips) for (const pod of pods.claimantsOf(ip)) pending.limitedPods.add(pod);
}

function resolve(state: MeshState, key: NamespacedName, pending: PendingChange): ResolvedService | undefined {
  const { services, pods } = state;
  const service = services.get(key);
  if (service === undefined) return undefined;
  return resolveService(service, {
    slices: services.slicesOf(key),
    pods: {
      identityOf: (ip, port) => {
        const owner = pods.ownerOf(ip);
        return owner && identityAt(owner, port);
      },
      isAt: (pod, ip) => pods.isAt(pod, ip),
    },
    opaquePorts: opaquePortsOf(state, service.namespace),
    policyOf: (port) => policyOf(state, key, port),
    tcpRouteAt: (port) => findTcpRouteAt(state, port, pending),
  });
}

function policyOf({ trafficPolicies }: MeshState, key: NamespacedName, port: string): PolicyGroups | undefined {
  const applied = trafficPolicies.applied(serviceObject(key), port);
  return applied.length === 0 ? undefined : mergeGroups(applied.map(({ groups }) => groups));
}

function reportTrafficPolicy(state: MeshState, key: NamespacedName): void {
  const policy = state.trafficPolicies.get(key);
  const verdicts = policy === undefined ? [] : judgeTrafficPolicy(state, policy, []);
  const problems = verdicts.map(({ obstacle }) => obstacle).filter((problem) => problem !== undefined);
  state.book.set("trafficPolicy", key, "targets", problems);
}

function reportConflicts({ book, claims, policies, overruled }: MeshState, pending: PendingChange): void {
  for (const claim of pending.claimsBefore.keys()) reportClaimants(book, claim, claims.claimants(claim));
  for (const policy of pending.removedPolicies) forgetPolicy(book, policy);
  for (const namespace of pending.policyNamespaces) reportNamespaceWide(book, policies, namespace);
  for (const policy of pending.overruledPolicies) overruled.report(book, policy);
}
