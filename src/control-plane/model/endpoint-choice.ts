/**
 * Which endpoints of a destination a client uses, by where it is. In order:
 *
 * | the destination                                     | who may be used                                          |
 * |-----------------------------------------------------|----------------------------------------------------------|
 * | reaches the client's node (internalTrafficPolicy)   | endpoints on that node; none where there is none         |
 * | has a locality preference                           | all, the nearest first                                   |
 * | has hints for nodes on every ready endpoint         | those meant for the client's node, if there is one       |
 * | has hints for zones on every ready endpoint         | those meant for the client's zone, if there is one       |
 * | otherwise                                           | all                                                      |
 *
 * Of those, the ready ones; where none is ready, the ones that still serve while they end. But for the preference, which is
 * the mesh's own, this is what kube-proxy does (Kubernetes, `CategorizeEndpoints`).
 */
import type { Destination, Endpoint, EndpointHints, ServiceDestination } from "./destination.ts";
import type { LocalityPreference } from "./locality-preference.ts";
import { rankZone } from "./locality-preference.ts";
import type { Vantage } from "./vantage.ts";

/** By priority: a group is used once too few of those before it are healthy. None is empty. */
export type PriorityGroups = readonly (readonly Endpoint[])[];

/** What clients at one place get: the groups of a destination, or whatever else depends on the place. */
export interface EndpointView<T = PriorityGroups> {
  /** Tells the views of one destination apart: equal keys, equal groups. */
  readonly key: string;
  readonly groups: () => T;
}

/** Undefined where all clients get the same, wherever they are. */
export type ViewChoice<T = PriorityGroups> = ((vantage: Vantage) => EndpointView<T>) | undefined;

/**
 * How the endpoints of a destination depend on the client's place.
 *
 * @returns a function that costs a lookup, whatever the number of endpoints, until the groups of its view are asked for
 */
export function chooseView(destination: Destination, preference?: LocalityPreference): ViewChoice {
  return destination.kind === "service" ? chooseAmong(destination, preference) : undefined;
}

/** The same of a Service's endpoints, whatever they are part of. */
export function chooseAmong(
  { endpoints, reach }: Pick<ServiceDestination, "endpoints" | "reach">,
  preference?: LocalityPreference,
): ViewChoice {
  if (reach === "node") return viewsByOwnNode(endpoints);
  return preference === undefined ? viewsByHints(endpoints) : viewsByNearness(endpoints, preference);
}

/** What everybody gets where there is no {@link chooseView}. */
export function commonGroups(destination: Destination): PriorityGroups {
  if (destination.kind === "unknown") return [];
  return groupsOf(serving(destination.kind === "pod" ? [destination.endpoint] : destination.endpoints));
}

/** What a client there gets: the shortest way to the answer, if it is asked once. */
export function priorityGroups(
  destination: Destination,
  vantage: Vantage,
  preference?: LocalityPreference,
): PriorityGroups {
  return chooseView(destination, preference)?.(vantage).groups() ?? commonGroups(destination);
}

function viewsByOwnNode(endpoints: readonly Endpoint[]): ViewChoice {
  if (endpoints.length === 0) return undefined;
  const nodes = Map.groupBy(endpoints, ({ node }) => node);
  return ({ node }) => {
    // A client of unknown place is not beside an endpoint of unknown place.
    const here = node === "" ? undefined : nodes.get(node);
    return here === undefined
      ? { key: "nowhere", groups: () => [] }
      : { key: `node ${node}`, groups: () => groupsOf(serving(here)) };
  };
}

function viewsByHints(endpoints: readonly Endpoint[]): ViewChoice {
  const ready = endpoints.filter(({ draining }) => !draining);
  const nodes = hinted(ready, "nodes");
  const zones = hinted(ready, "zones");
  if (nodes.size + zones.size === 0) return undefined;
  return ({ node, zone }) => {
    const [own, near] = [nodes.get(node), zones.get(zone)];
    if (own !== undefined) return { key: `node ${node}`, groups: () => [own] };
    if (near !== undefined) return { key: `zone ${zone}`, groups: () => [near] };
    return { key: "all", groups: () => [ready] };
  };
}

/** The endpoints meant for each node or zone; nothing unless every one is meant for some, as half a hint misleads. */
function hinted(endpoints: readonly Endpoint[], places: keyof EndpointHints): ReadonlyMap<string, readonly Endpoint[]> {
  const found = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    if (endpoint.hints[places].length === 0) return new Map();
    for (const place of endpoint.hints[places]) {
      const there = found.get(place);
      if (there === undefined) found.set(place, [endpoint]);
      else there.push(endpoint);
    }
  }
  return found;
}

function viewsByNearness(endpoints: readonly Endpoint[], preference: LocalityPreference): ViewChoice {
  if (preference.prefer === "none") return undefined;
  const candidates = serving(endpoints);
  const zones = new Set([...candidates.map(({ zone }) => zone), ...preference.failover.map(({ from }) => from)]);
  return ({ zone }) => {
    const seenFrom = zones.has(zone) ? zone : "";
    return {
      key: `near ${seenFrom}`,
      groups: () => byRank(candidates, (endpoint) => rankZone(endpoint.zone, seenFrom, preference)),
    };
  };
}

function byRank(endpoints: readonly Endpoint[], rank: (endpoint: Endpoint) => number): PriorityGroups {
  return [...Map.groupBy(endpoints, rank)].sort(([one], [other]) => one - other).map(([, group]) => group);
}

/** The ready ones; where none is, those that still serve while they end. */
export function serving(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter(({ draining }) => !draining);
  return ready.length > 0 ? ready : endpoints;
}

function groupsOf(endpoints: readonly Endpoint[]): PriorityGroups {
  return endpoints.length === 0 ? [] : [endpoints];
}
