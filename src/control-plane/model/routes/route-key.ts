/** Names of routes and of what they are about, as keys. */
import type { ObjectKind } from "../cluster-object.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import type { RouteKind, RouteRecord } from "./route-record.ts";

/** `HTTPRoute <namespace>/<name>`: the two kinds may have the same names. */
export type RouteKey = `${RouteKind} ${NamespacedName}`;

export function routeKey(kind: RouteKind, key: NamespacedName): RouteKey {
  return `${kind} ${key}`;
}

export function keyOfRoute({ kind, namespace, name }: Pick<RouteRecord, "kind" | "namespace" | "name">): RouteKey {
  return routeKey(kind, namespacedName(namespace, name));
}

/** The parts of a key. */
export function splitRouteKey(key: RouteKey): { readonly kind: RouteKind; readonly name: NamespacedName } {
  const [kind = "", name = ""] = key.split(" ");
  return { kind: kind as RouteKind, name: name as NamespacedName };
}

/** How the model calls the objects of a kind. */
export const objectKinds = { HTTPRoute: "httpRoute", GRPCRoute: "grpcRoute" } as const satisfies Record<
  RouteKind,
  ObjectKind
>;
