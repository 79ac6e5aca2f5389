/** What is wrong with the routes of a Service, and with the policies of the Service and of these routes. Pure. */
import type { TargetVerdict } from "../control-plane/model/judge-traffic-policy.ts";
import type { MeshModel } from "../control-plane/model/mesh-model.ts";
import type { Judgement, ParentVerdict } from "../control-plane/model/routes/judge-route.ts";
import type { RouteKey } from "../control-plane/model/routes/route-key.ts";
import { routeKey, splitRouteKey } from "../control-plane/model/routes/route-key.ts";
import type { NamespacedName } from "../control-plane/model/workload.ts";
import { namespacedName } from "../control-plane/model/workload.ts";
import type { ServiceQuestion } from "./question.ts";

/** The kind of a route, and its name. */
export type AnyRoute = RouteKey | `TCPRoute ${NamespacedName}`;

export interface Complaint {
  readonly object: AnyRoute | `TrafficPolicy ${NamespacedName}`;
  readonly condition: "Accepted" | "ResolvedRefs" | "Programmed";
  readonly reason: string;
  readonly message: string;
}

export interface LookupMesh {
  readonly mesh: MeshModel;
  /** All that there are, sorted. */
  readonly routes: readonly RouteKey[];
  /** The same of TCPRoutes. */
  readonly tcpRoutes: readonly NamespacedName[];
  /** The same of TrafficPolicies. */
  readonly policies: readonly NamespacedName[];
}

type Judged = Pick<Complaint, "object" | "condition">;

function complain(judged: Judged, judgement: Judgement<string> | undefined): readonly Complaint[] {
  if (judgement === undefined || judgement.holds) return [];
  return [{ ...judged, reason: judgement.reason, message: judgement.message }];
}

/** Of what is said of a route, that to a Service. */
function toService(
  route: NamespacedName,
  parents: readonly ParentVerdict[],
  { namespace, service }: ServiceQuestion,
): readonly ParentVerdict[] {
  const [own = ""] = route.split("/");
  return parents.filter(({ parent }) => parent.name === service && (parent.namespace ?? own) === namespace);
}

function ofRoute(object: AnyRoute, parents: readonly ParentVerdict[]): readonly Complaint[] {
  return parents.flatMap(({ accepted, resolvedRefs }) => [
    ...complain({ object, condition: "Accepted" }, accepted),
    ...complain({ object, condition: "ResolvedRefs" }, resolvedRefs),
  ]);
}

function ofPolicy(policy: NamespacedName, targets: readonly TargetVerdict[]): readonly Complaint[] {
  const object = `TrafficPolicy ${policy}` as const;
  return targets.flatMap(({ accepted, programmed }) => [
    ...complain({ object, condition: "Accepted" }, accepted),
    ...complain({ object, condition: "Programmed" }, programmed),
  ]);
}

/** In the order of the objects. */
export function complaintsAbout(lookup: LookupMesh, about: ServiceQuestion): readonly Complaint[] {
  const { mesh, routes, tcpRoutes, policies } = lookup;
  const parents = new Map(
    routes.map((route) => [route, toService(splitRouteKey(route).name, mesh.routeVerdict(route) ?? [], about)]),
  );
  const isConcerned = (namespace: string, { target }: TargetVerdict): boolean => {
    const { kind, name } = target;
    if (kind === "Service") return name === about.service && namespace === about.namespace;
    return (parents.get(routeKey(kind, namespacedName(namespace, name)))?.length ?? 0) > 0;
  };
  return [
    ...routes.flatMap((route) => ofRoute(route, parents.get(route) ?? [])),
    ...tcpRoutes.flatMap((route) =>
      ofRoute(`TCPRoute ${route}`, toService(route, mesh.tcpRouteVerdict(route) ?? [], about)),
    ),
    ...policies.flatMap((policy) => {
      const [namespace = ""] = policy.split("/");
      const targets = mesh.trafficPolicyVerdict(policy) ?? [];
      return ofPolicy(
        policy,
        targets.filter((target) => isConcerned(namespace, target)),
      );
    }),
  ];
}
