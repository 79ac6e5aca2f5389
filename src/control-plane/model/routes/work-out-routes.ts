/**
 * Works out what a batch of changes means for routes, once the Services are worked out: which rules each route has, which
 * ports it is for, and what the clients of each namespace see. It costs as much as hangs on what has changed.
 */
import type { Address } from "../destination.ts";
import { claimRanks } from "../claim.ts";
import type { MeshState } from "../mesh-state.ts";
import type { PendingChange, ServicePort } from "../pending-change.ts";
import { rememberFirst } from "../pending-change.ts";
import type { RoutedPort } from "../route.ts";
import type { RequestPolicy } from "../traffic-policy.ts";
import { mergeGroups, requestPolicy } from "../traffic-policy.ts";
import { routeObject } from "../traffic-policy-index.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import type { Attachment } from "./attach-parents.ts";
import { attachParents } from "./attach-parents.ts";
import type { RouteRole } from "./resolve-backend.ts";
import type { ResolvedRules, RouteLookup } from "./resolve-route.ts";
import { noRules, resolveRoute } from "./resolve-route.ts";
import type { GroupMember, GroupPlace, RouteGroup } from "./route-group.ts";
import { reportRoute } from "./report-routes.ts";
import type { RouteKey } from "./route-key.ts";
import { keyOfRoute } from "./route-key.ts";
import type { RouteRecord } from "./route-record.ts";
import type { RouteEntry } from "./route-table.ts";
import { unroutedPort } from "./unrouted-port.ts";

export function workOutRoutes(state: MeshState, pending: PendingChange): void {
  addAffectedRoutes(state, pending);
  const ports = new Map([...portsAtMovedAddresses(state, pending), ...pending.requestPorts]);
  const groups = new Set(
    [...ports.values()].flatMap(({ service, port }) => [...state.routes.groups.forPort(service, port)]),
  );
  for (const [key, record] of pending.routes) {
    pending.judged.add(key);
    for (const { namespace, name } of state.trafficPolicies.about(routeObject(key))) {
      pending.trafficPolicies.add(namespacedName(namespace, name));
    }
    for (const group of workOutRoute(state, key, record)) groups.add(group);
  }
  for (const group of groups) {
    publish(state, group, pending);
    const { service, port } = group.place;
    if (group.isProducers) ports.set(`${service}:${port}`, { service, port });
  }
  for (const port of ports.values()) publishUnrouted(state, port, pending);
  for (const key of pending.judged) reportRoute(state.book, key, state.routes.table.get(key), state.routes.groups);
}

/** Routes that stay as they are, but for what their references lead to. */
function addAffectedRoutes({ routes }: MeshState, pending: PendingChange): void {
  const affected = [
    ...Array.from(pending.fronts, (service) => [...routes.table.namingService(service)]),
    ...Array.from(pending.grantNamespaces, (namespace) => [...routes.table.namingNamespace(namespace)]),
  ].flat();
  for (const key of affected) rememberFirst(pending.routes, key, routes.table.get(key)?.record);
}

/** Ports that have got or lost an address. */
function* portsAtMovedAddresses(
  { claims }: MeshState,
  pending: PendingChange,
): Generator<readonly [string, ServicePort]> {
  for (const [key, before] of pending.claimsBefore) {
    const after = claims.holder(key);
    if (before?.service === after?.service && before?.port.port === after?.port.port) continue;
    for (const claim of [before, after]) {
      if (claim === undefined) continue;
      const { service, port } = claim;
      yield [`${service}:${port.port}`, { service, port: port.port }];
    }
  }
}

/** @returns the groups that it was in or is in now */
function workOutRoute(state: MeshState, key: RouteKey, record: RouteRecord | undefined): readonly RouteGroup[] {
  const { table, groups } = state.routes;
  const before = table.get(key);
  const after = record && makeEntry(state, record, before);
  table.set(key, after);
  const places = new Map<string, GroupPlace>();
  for (const place of [...placesOf(before), ...placesOf(after)])
    places.set(`${place.namespace} ${place.service}:${place.port}`, place);
  return Array.from(places.values(), (place) => {
    const group = groups.open(place);
    group.replace(memberOf(before, place), memberOf(after, place));
    return group;
  });
}

function makeEntry(state: MeshState, record: RouteRecord, before: RouteEntry | undefined): RouteEntry {
  const lookup: RouteLookup = {
    frontOf: (service) => state.services.resolved(service).front,
    grants: state.routes.grants,
    requestsOf: (route, ruleName) => {
      const policies = state.trafficPolicies.applied(routeObject(keyOfRoute(route)), ruleName);
      return policies.length === 0 ? undefined : requestPolicy(mergeGroups(policies.map(({ groups }) => groups)));
    },
  };
  const attachments = attachParents(record, lookup.frontOf);
  const resolve = (role: RouteRole): ResolvedRules =>
    attachments.some((attachment) => attachment.role === role)
      ? resolveRoute(record, role, lookup, before?.resolved[role] ?? noRules)
      : noRules;
  return { record, attachments, resolved: { producer: resolve("producer"), consumer: resolve("consumer") } };
}

/** A route that is refused is in none. */
function placesOf(entry: RouteEntry | undefined): readonly GroupPlace[] {
  if (entry === undefined || entry.record.refusal !== undefined) return [];
  const { namespace } = entry.record;
  return entry.attachments.flatMap(({ service, ports }: Attachment) =>
    ports.map((port): GroupPlace => ({ namespace, service, port })),
  );
}

function memberOf(entry: RouteEntry | undefined, { service, port }: GroupPlace): GroupMember | undefined {
  if (entry === undefined || entry.record.refusal !== undefined) return undefined;
  const attachment = entry.attachments.find((one) => one.service === service && one.ports.includes(port));
  if (attachment === undefined) return undefined;
  const { kind, namespace, name, createdAt } = entry.record;
  return { route: { kind, namespace, name, createdAt }, rules: entry.resolved[attachment.role].rules };
}

function publish(state: MeshState, group: RouteGroup, pending: PendingChange): void {
  const { routes } = state;
  const [namespace = "", service = ""] = group.place.service.split("/");
  const { port } = group.place;
  const name = { namespace, service, port };
  const client = group.isProducers ? undefined : group.place.namespace;
  if (routes.ports.set(name, client, routedPort(state, group, name))) pending.noteRouted(client);
  for (const route of group.takeRejudged()) pending.judged.add(keyOfRoute(route));
  if (group.leader() === undefined) routes.groups.close(group);
}

function routedPort(
  state: MeshState,
  group: RouteGroup,
  name: Pick<RoutedPort, "namespace" | "service" | "port">,
): RoutedPort | undefined {
  if (group.leader() === undefined) return undefined;
  const addresses = addressesOf(state, namespacedName(name.namespace, name.service), name.port);
  if (addresses.length === 0) return undefined;
  return { ...name, addresses, rules: group.rules(), requests: requestsOf(state, group.place) };
}

/** A port of whose requests policies say something, though there are no routes of the Service's own for it. */
function publishUnrouted(state: MeshState, at: ServicePort, pending: PendingChange): void {
  const [namespace = "", service = ""] = at.service.split("/");
  const { groups, ports } = state.routes;
  if (groups.get({ namespace, ...at }) !== undefined) return;
  const name = { namespace, service, port: at.port };
  const requests = requestsOf(state, at);
  const addresses = requests === undefined ? [] : addressesOf(state, at.service, at.port);
  const port = addresses.length === 0 ? undefined : unroutedPort(name, addresses, requests);
  if (ports.set(name, undefined, port)) pending.noteRouted(undefined);
}

function requestsOf({ services }: MeshState, { service, port }: ServicePort): RequestPolicy | undefined {
  return services.resolved(service).requests.get(port);
}

/** Those that the Service's port has, not those that it only claims; node ports are not routed. */
function addressesOf({ services, claims }: MeshState, service: NamespacedName, port: number): readonly Address[] {
  const addresses: Address[] = [];
  for (const [key, claim] of services.resolved(service).claims) {
    const isHeld = claims.holder(key)?.service === service;
    if (claim.port.port === port && claim.rank !== claimRanks.node && isHeld) addresses.push(key);
  }
  return addresses.sort();
}
