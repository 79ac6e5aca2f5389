/** Puts a changed object in its place, and notes which pods and Services have to be worked out anew because of it. */
import { isDeepStrictEqual } from "node:util";
import type {
  MeshTlsRecord,
  NamespaceRecord,
  NodeRecord,
  ObjectChange,
  ServiceRecord,
  TrafficPolicyRecord,
} from "./cluster-object.ts";
import type { MeshState } from "./mesh-state.ts";
import type { PendingChange } from "./pending-change.ts";
import { rememberFirst } from "./pending-change.ts";
import type { RouteKey } from "./routes/route-key.ts";
import { routeKey } from "./routes/route-key.ts";
import type { ReferenceGrantRecord, RouteRecord } from "./routes/route-record.ts";
import { routeObject, serviceObject } from "./traffic-policy-index.ts";
import { noteContest, placeTcpRoute } from "./tcp-routes/place-tcp-route.ts";
import type { NamespacedName } from "./workload.ts";
import { namespacedName } from "./workload.ts";

export function placeObject(state: MeshState, change: ObjectChange, pending: PendingChange): void {
  state.book.set(change.kind, change.key, "", change.problems);
  const key = change.key as NamespacedName;
  switch (change.kind) {
    case "namespace":
      placeNamespace(state, change.key, change.object, pending);
      break;
    case "node":
      placeNode(state, change.key, change.object, pending);
      break;
    case "pod":
      pending.pods.set(key, change.object);
      break;
    case "service":
      placeService(state, key, change.object, pending);
      break;
    case "slice":
      for (const service of state.services.setSlice(key, change.object)) pending.services.add(service);
      break;
    case "meshTls":
      placePolicy(state, key, change.object, pending);
      break;
    case "httpRoute":
      placeRoute(state, routeKey("HTTPRoute", key), change.object, pending);
      break;
    case "grpcRoute":
      placeRoute(state, routeKey("GRPCRoute", key), change.object, pending);
      break;
    case "tcpRoute":
      placeTcpRoute(state, key, change.object, pending);
      break;
    case "referenceGrant":
      placeGrant(state, key, change.object, pending);
      break;
    case "trafficPolicy":
      placeTrafficPolicy(state, key, change.object, pending);
      break;
  }
}

function placeNamespace(
  state: MeshState,
  name: string,
  record: NamespaceRecord | undefined,
  pending: PendingChange,
): void {
  const before = state.namespaces.get(name);
  if (record === undefined) state.namespaces.delete(name);
  else state.namespaces.set(name, record);
  if (isDeepStrictEqual(before?.opaquePorts, record?.opaquePorts)) return;
  for (const service of state.services.ofNamespace(name)) pending.services.add(service);
  reconsider(state, state.pods.ofNamespace(name), pending);
}

function placeNode(state: MeshState, name: string, record: NodeRecord | undefined, pending: PendingChange): void {
  const before = state.nodes.get(name);
  const [from, to] = [new Set(before?.ips), new Set(record?.ips)];
  for (const ip of from) if (!to.has(ip)) pending.nodeIps.add(ip);
  for (const ip of to) if (!from.has(ip)) pending.nodeIps.add(ip);
  state.nodes.set(name, record);
  if ((before?.zone ?? "") !== (record?.zone ?? "")) reconsider(state, state.pods.onNode(name), pending);
}

function placeService(
  { services, trafficPolicies }: MeshState,
  key: NamespacedName,
  record: ServiceRecord | undefined,
  pending: PendingChange,
): void {
  services.set(key, record);
  pending.services.add(key);
  noteTrafficPolicies(trafficPolicies.about(serviceObject(key)), pending);
}

function noteTrafficPolicies(policies: readonly TrafficPolicyRecord[], { trafficPolicies }: PendingChange): void {
  for (const { namespace, name } of policies) trafficPolicies.add(namespacedName(namespace, name));
}

function placeTrafficPolicy(
  { trafficPolicies, routes }: MeshState,
  key: NamespacedName,
  record: TrafficPolicyRecord | undefined,
  pending: PendingChange,
): void {
  pending.trafficPolicies.add(key);
  for (const object of trafficPolicies.set(key, record)) {
    const name = namespacedName(object.namespace, object.name);
    if (object.kind === "Service") {
      pending.services.add(name);
    } else {
      const route = routeKey(object.kind, name);
      rememberFirst(pending.routes, route, routes.table.get(route)?.record);
    }
    noteTrafficPolicies(trafficPolicies.about(object), pending);
  }
}

function placePolicy(
  state: MeshState,
  key: NamespacedName,
  record: MeshTlsRecord | undefined,
  pending: PendingChange,
): void {
  const { policies, pods } = state;
  const [namespace = "", name = ""] = key.split("/");
  const before = policies.find(namespace, name);
  policies.replace(before, record);
  pending.policyNamespaces.add(namespace);
  if (before !== undefined && record === undefined) pending.removedPolicies.push(before);
  const meshWide = [before, record].some((policy) => policy !== undefined && policies.isMeshWide(policy));
  reconsider(state, meshWide ? pods.keys() : pods.ofNamespace(namespace), pending);
}

/** What somebody has written into its status changes nothing. */
function placeRoute(state: MeshState, key: RouteKey, record: RouteRecord | undefined, pending: PendingChange): void {
  const { routes, trafficPolicies } = state;
  noteTrafficPolicies(trafficPolicies.about(routeObject(key)), pending);
  const known = pending.routes.has(key) ? pending.routes.get(key) : routes.table.get(key)?.record;
  if (isDeepStrictEqual(known, record)) return;
  noteContest(state, known, record, pending);
  pending.routes.set(key, record);
}

function placeGrant(
  { routes }: MeshState,
  key: NamespacedName,
  grant: ReferenceGrantRecord | undefined,
  pending: PendingChange,
): void {
  if (isDeepStrictEqual(routes.grants.get(key), grant)) return;
  routes.grants.set(key, grant);
  pending.grantNamespaces.add(key.split("/")[0] ?? "");
}

/** Pods that stay as they are, but for what applies to them. */
function reconsider({ pods }: MeshState, keys: Iterable<NamespacedName>, pending: PendingChange): void {
  for (const key of keys) rememberFirst(pending.pods, key, pods.get(key)?.record);
}
