/**
 * What the model keeps of a route: an HTTPRoute and a GRPCRoute in the one form that both have, checked, but with references
 * that nobody has followed yet. Source: Gateway API, `gateway.networking.k8s.io/v1`.
 */
import type {
  HeaderChanges,
  Redirect,
  RequestFilters,
  RequestMatch,
  RetryRule,
  RuleOrigin,
  SessionPersistence,
} from "../route.ts";

export type RouteKind = Exclude<RuleOrigin["kind"], "Service">;

/** Every kind of route that names Services. */
export type ReferrerKind = RouteKind | "TCPRoute";

export interface RouteRecord {
  readonly kind: RouteKind;
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch: of two that want the same requests, the older one has them. */
  readonly createdAt: number;
  /** Those that name a Service, in order; other parents are other controllers' affair. */
  readonly parents: readonly ServiceParent[];
  /** None where the route is refused. */
  readonly rules: readonly RuleRecord[];
  /** Why nothing of it applies, whatever its parents; undefined where it makes sense. */
  readonly refusal: RouteRefusal | undefined;
}

/** Reasons of the API's condition `Accepted`. What is wrong in detail are the problems of the object. */
export const routeRefusals = ["UnsupportedValue", "IncompatibleFilters"] as const;

export type RouteRefusal = (typeof routeRefusals)[number];

/** A `parentRef` that names a Service. */
export interface ServiceParent {
  /** Index in `parentRefs`. */
  readonly index: number;
  /** As it is written; undefined: that of the route. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** The name of a Service's port; undefined: any. */
  readonly sectionName: string | undefined;
  /** The number of a Service's port; undefined: any. */
  readonly port: number | undefined;
}

export interface RuleRecord {
  /** The rule's own name. */
  readonly name: string | undefined;
  /** At least one: a rule that names none matches everything. */
  readonly matches: readonly RankedMatch[];
  readonly filters: Omit<RequestFilters, "mirrors">;
  readonly mirrors: readonly MirrorRecord[];
  readonly action: ActionRecord;
  readonly requestTimeoutMs: number | undefined;
  readonly backendTimeoutMs: number | undefined;
  readonly retry: RetryRule | undefined;
  readonly sessionPersistence: SessionPersistence | undefined;
  /** A filter that only somebody else could apply: requests are answered 500 rather than passed on without it. */
  readonly foreignFilter: ForeignFilter | undefined;
}

export interface RankedMatch {
  readonly match: RequestMatch;
  /** Of two matches that take a request, the one with the first greater number has it. */
  readonly specificity: readonly number[];
}

export type ActionRecord =
  | { readonly kind: "forward"; readonly backends: readonly BackendRecord[] }
  | { readonly kind: "redirect"; readonly redirect: Redirect };

export interface BackendRecord {
  readonly reference: BackendReference;
  /** 0 and more. */
  readonly weight: number;
  readonly request: HeaderChanges | undefined;
  readonly response: HeaderChanges | undefined;
  readonly foreignFilter: ForeignFilter | undefined;
}

export interface MirrorRecord {
  readonly reference: BackendReference;
  /** Of a million requests. */
  readonly perMillion: number;
}

/** What a `backendRef` names. */
export interface BackendReference {
  /** Where it stands, e.g. `spec.rules[0].backendRefs[1]`. */
  readonly path: string;
  /** Empty for Kubernetes' own. */
  readonly group: string;
  readonly kind: string;
  /** That of the route where it says none. */
  readonly namespace: string;
  readonly name: string;
  readonly port: number | undefined;
}

/** An `extensionRef`. */
export interface ForeignFilter {
  readonly path: string;
  /** `<group> <kind> <name>`. */
  readonly what: string;
}

/** A ReferenceGrant: who may name what of its namespace. */
export interface ReferenceGrantRecord {
  readonly namespace: string;
  readonly name: string;
  /** Routes only. */
  readonly from: readonly { readonly kind: ReferrerKind; readonly namespace: string }[];
  /** Names of Services; undefined among them: all. */
  readonly services: readonly (string | undefined)[];
}
