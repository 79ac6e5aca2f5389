/** From a route to its rules, ready to be put together with those of other routes, once its references have been followed. */
import { isDeepStrictEqual } from "node:util";
import type { BackendTarget, Mirror, RouteAction, RouteRule, WeightedBackend } from "../route.ts";
import type { RequestPolicy } from "../traffic-policy.ts";
import type { RankedRule, RouteRank } from "./precedence.ts";
import type { ReferenceLookup, RouteRole, Unresolved } from "./resolve-backend.ts";
import { isUnresolved, resolveBackend } from "./resolve-backend.ts";
import type { BackendRecord, BackendReference, ForeignFilter, RouteRecord, RuleRecord } from "./route-record.ts";

export interface ResolvedRules {
  /** In the route's own order. */
  readonly rules: readonly RankedRule[];
  readonly unresolved: readonly Unresolved[];
}

/** Those of a route that there is none of. */
export const noRules: ResolvedRules = { rules: [], unresolved: [] };

export interface RouteLookup extends ReferenceLookup {
  /** What policies say of a route's rule, by its name. */
  readonly requestsOf: (route: RouteRank, ruleName: string | undefined) => RequestPolicy | undefined;
}

/** Follows a backend's reference, and notes where it leads nowhere. */
type Follow = (reference: BackendReference) => BackendTarget | undefined;

/**
 * Works out a route's rules. Those that are the same as before stay the same objects, so that it costs nothing to see that
 * nothing has changed.
 *
 * @param before of the same route in the same role
 */
export function resolveRoute(
  route: RouteRecord,
  role: RouteRole,
  lookup: RouteLookup,
  before: ResolvedRules,
): ResolvedRules {
  const unresolved: Unresolved[] = [];
  const follow: Follow = (reference) => {
    const outcome = resolveBackend(route, role, reference, lookup);
    if (!isUnresolved(outcome)) return outcome;
    unresolved.push(outcome);
    return undefined;
  };
  const { kind, namespace, name, createdAt } = route;
  const rank = { kind, namespace, name, createdAt };
  const rules = route.rules.flatMap((rule, index) => {
    unresolved.push(...foreignFilters(rule));
    return rankedRules(rank, rule, index, follow, lookup.requestsOf(rank, rule.name));
  });
  const kept = rules.map((rule, index) =>
    isDeepStrictEqual(rule, before.rules[index]) ? (before.rules[index] ?? rule) : rule,
  );
  return { rules: kept, unresolved };
}

function rankedRules(
  route: RouteRank,
  rule: RuleRecord,
  index: number,
  follow: Follow,
  requests: RequestPolicy | undefined,
): readonly RankedRule[] {
  const { kind, namespace, name } = route;
  const mirrors = rule.mirrors.flatMap(({ reference, perMillion }): readonly Mirror[] => {
    const backend = follow(reference);
    return backend === undefined || perMillion === 0 ? [] : [{ backend, perMillion }];
  });
  const action = actionOf(rule, follow);
  const { requestTimeoutMs, backendTimeoutMs, retry, sessionPersistence } = rule;
  return rule.matches.map(({ match, specificity }, place) => {
    const origin = { kind, namespace, route: name, rule: index, match: place, ruleName: rule.name };
    const filters = { ...rule.filters, mirrors };
    const merged: RouteRule = {
      origin,
      match,
      filters,
      action,
      requestTimeoutMs,
      backendTimeoutMs,
      retry,
      sessionPersistence,
      requests,
    };
    return { rule: merged, route, specificity };
  });
}

function actionOf({ action, foreignFilter, sessionPersistence }: RuleRecord, follow: Follow): RouteAction {
  if (action.kind === "redirect") return foreignFilter === undefined ? action : refusal;
  const keepsSessions = sessionPersistence !== undefined;
  const backends = action.backends.flatMap((backend) => weighted(backend, keepsSessions, follow));
  return foreignFilter === undefined ? { kind: "forward", backends } : refusal;
}

/** Answers every request by 500. */
const refusal: RouteAction = { kind: "forward", backends: [] };

function weighted(
  { reference, weight, request, response, foreignFilter }: BackendRecord,
  keepsSessions: boolean,
  follow: Follow,
): readonly WeightedBackend[] {
  const found = follow(reference);
  // Where no new sessions go, older ones may still be at home (GEP-1619).
  if (weight === 0 && !keepsSessions) return [];
  return [{ weight, target: foreignFilter === undefined ? found : undefined, request, response }];
}

function foreignFilters({ action, foreignFilter }: RuleRecord): readonly Unresolved[] {
  const ofBackends = action.kind === "forward" ? action.backends.map((backend) => backend.foreignFilter) : [];
  return [foreignFilter, ...ofBackends].filter((filter) => filter !== undefined).map(unknownFilter);
}

function unknownFilter({ path, what }: ForeignFilter): Unresolved {
  const message = `the filter ${what} is not one of the mesh's, so its requests are answered 500`;
  return { reason: "InvalidKind", problem: { path, message, hint: "remove it" } };
}
