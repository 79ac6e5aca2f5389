/**
 * The routes of one namespace for one port of a Service: they are put together, those of other namespaces never with them. Of
 * the two kinds of routes only one applies, that of the oldest route.
 */
import type { RouteRule } from "../route.ts";
import { SortedList } from "../sorted-list.ts";
import type { NamespacedName } from "../workload.ts";
import type { RankedRule, RouteRank } from "./precedence.ts";
import { compareRoutes } from "./precedence.ts";
import { RuleList } from "./rule-list.ts";
import type { RouteKind } from "./route-record.ts";

export interface GroupPlace {
  /** Of the routes. */
  readonly namespace: string;
  readonly service: NamespacedName;
  readonly port: number;
}

/** What a route contributes. */
export interface GroupMember {
  readonly route: RouteRank;
  readonly rules: readonly RankedRule[];
}

interface Members {
  readonly routes: SortedList<RouteRank>;
  readonly rules: RuleList;
}

const none: readonly RouteRule[] = [];

export class RouteGroup {
  readonly place: GroupPlace;
  readonly #members: Readonly<Record<RouteKind, Members>> = { HTTPRoute: noMembers(), GRPCRoute: noMembers() };
  /** The oldest route, while there are routes of both kinds. */
  #judgedBy: RouteRank | undefined;

  constructor(place: GroupPlace) {
    this.place = place;
  }

  /** Whether everybody's requests follow these routes, rather than those of one namespace's clients. */
  get isProducers(): boolean {
    return this.place.service.startsWith(`${this.place.namespace}/`);
  }

  /** The oldest route, whose kind applies. */
  leader(): RouteRank | undefined {
    const [http, grpc] = [this.#members.HTTPRoute.routes.first, this.#members.GRPCRoute.routes.first];
    if (http === undefined || grpc === undefined) return http ?? grpc;
    return compareRoutes(http, grpc) < 0 ? http : grpc;
  }

  /** Since the last call, routes that begin or cease to apply because of one of the other kind, or of another one. */
  takeRejudged(): readonly RouteRank[] {
    const leader = this.leader();
    const before = this.#judgedBy;
    const contested = Object.values(this.#members).every(({ routes }) => routes.size > 0);
    this.#judgedBy = contested ? leader : undefined;
    if (isSameRoute(before, this.#judgedBy)) return [];
    return Object.values(this.#members).flatMap(({ routes }) => routes.snapshot());
  }

  /** Of the kind that applies, in order of precedence; the same object until they change. */
  rules(): readonly RouteRule[] {
    const leader = this.leader();
    return leader === undefined ? none : this.#members[leader.kind].rules.snapshot();
  }

  /** Replaces one route; either may be absent. */
  replace(before: GroupMember | undefined, after: GroupMember | undefined): void {
    const stays = new Set(after?.rules);
    const was = new Set(before?.rules);
    if (before !== undefined) {
      const { routes, rules } = this.#members[before.route.kind];
      routes.remove(before.route);
      for (const rule of before.rules) if (!stays.has(rule)) rules.remove(rule);
    }
    if (after !== undefined) {
      const { routes, rules } = this.#members[after.route.kind];
      routes.put(after.route);
      for (const rule of after.rules) if (!was.has(rule)) rules.put(rule);
    }
  }
}

function isSameRoute(one: RouteRank | undefined, other: RouteRank | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return compareRoutes(one, other) === 0;
}

function noMembers(): Members {
  return { routes: new SortedList(compareRoutes), rules: new RuleList() };
}
