/** What `outrigger routes` answers, worked out by the control plane's own model. Pure. */
import type { ObjectChange } from "../control-plane/model/cluster-object.ts";
import type { MeshModel } from "../control-plane/model/mesh-model.ts";
import { createMeshModel } from "../control-plane/model/mesh-model.ts";
import type { MeshSettings } from "../control-plane/model/mesh-state.ts";
import type { RoutedPort, RouteRule, RuleOrigin } from "../control-plane/model/route.ts";
import { describeAction, describeExtras, describeMatch } from "../control-plane/model/routes/describe-rule.ts";
import type { RequestFacts } from "../control-plane/model/routes/match-request.ts";
import { matchRequest, mismatch } from "../control-plane/model/routes/match-request.ts";
import type { RouteKey } from "../control-plane/model/routes/route-key.ts";
import { routeKey } from "../control-plane/model/routes/route-key.ts";
import { describeSplit } from "../control-plane/model/tcp-routes/describe-split.ts";
import type { NamespacedName } from "../control-plane/model/workload.ts";
import { namespacedName } from "../control-plane/model/workload.ts";
import type { AnyRoute, Complaint, LookupMesh } from "./complaints.ts";
import { complaintsAbout } from "./complaints.ts";
import type { Question, ServiceQuestion } from "./question.ts";

export interface RouteAnswer {
  readonly service: string;
  /** The namespace of the clients. */
  readonly from: string;
  /** Those that have routes, or policies that say something of requests. */
  readonly ports: readonly PortAnswer[];
  /** Those whose connections a TCPRoute shares out. */
  readonly tcpPorts: readonly TcpPortAnswer[];
  /** What is wrong with routes that name the Service, and with policies of it and of these. */
  readonly complaints: readonly Complaint[];
}

export interface PortAnswer {
  readonly port: number;
  /** In the order in which they are tried. */
  readonly rules: readonly RuleAnswer[];
  /** Place of the rule that takes the request; null where none does; left out where none was asked about. */
  readonly taken?: number | null;
}

export interface TcpPortAnswer {
  readonly port: number;
  /** `TCPRoute <namespace>/<name>`. */
  readonly origin: AnyRoute;
  /** `90% shop/db-blue:5432, 10% refused`. */
  readonly action: string;
}

export interface RuleAnswer {
  readonly origin: RuleOrigin;
  readonly match: string;
  readonly action: string;
  readonly extras: readonly string[];
  /** Why it does not take the request; left out where it does, where another has taken it, or none was asked about. */
  readonly mismatch?: string;
}

/** The mesh that these objects make. */
export function meshOf(changes: readonly ObjectChange[], settings: MeshSettings): LookupMesh {
  const mesh = createMeshModel(settings);
  mesh.apply(changes);
  const routes = changes.flatMap(({ kind, key }): readonly RouteKey[] => {
    if (kind !== "httpRoute" && kind !== "grpcRoute") return [];
    return [routeKey(kind === "httpRoute" ? "HTTPRoute" : "GRPCRoute", key as NamespacedName)];
  });
  const tcpRoutes = changes.filter(({ kind }) => kind === "tcpRoute").map(({ key }) => key as NamespacedName);
  const policies = changes.filter(({ kind }) => kind === "trafficPolicy").map(({ key }) => key as NamespacedName);
  return { mesh, routes: routes.sort(), tcpRoutes: tcpRoutes.sort(), policies: policies.sort() };
}

export function answer(lookup: LookupMesh, { about, from, request }: Question): RouteAnswer {
  const { mesh } = lookup;
  const ports = mesh.routedPorts(from).filter((port) => isAbout(about, port));
  return {
    service: `${about.namespace}/${about.service}`,
    from,
    ports: ports.map((port) => answerForPort(port, request)),
    tcpPorts: answerForConnections(mesh, about),
    complaints: complaintsAbout(lookup, about),
  };
}

function answerForConnections(
  mesh: MeshModel,
  { namespace, service, port: asked }: ServiceQuestion,
): readonly TcpPortAnswer[] {
  return [...mesh.tcpSplits(namespacedName(namespace, service))]
    .filter(([port]) => asked === undefined || asked === port)
    .map(([port, split]) => ({ port, origin: `TCPRoute ${split.route}` as const, action: describeSplit(split) }));
}

function isAbout({ namespace, service, port }: ServiceQuestion, routed: RoutedPort): boolean {
  return routed.namespace === namespace && routed.service === service && (port === undefined || routed.port === port);
}

function answerForPort(routed: RoutedPort, request: RequestFacts | undefined): PortAnswer {
  const { port, rules } = routed;
  if (request === undefined) return { port, rules: rules.map((rule) => answerForRule(routed, rule, undefined)) };
  const taken = matchRequest(rules, request);
  const answers = rules.map((rule, place) =>
    answerForRule(routed, rule, taken === undefined || place < taken ? mismatch(rule.match, request) : undefined),
  );
  return { port, rules: answers, taken: taken ?? null };
}

function answerForRule(port: RoutedPort, rule: RouteRule, reason: string | undefined): RuleAnswer {
  return {
    origin: rule.origin,
    match: describeMatch(rule.match),
    action: describeAction(rule),
    extras: describeExtras(rule, port),
    ...(reason !== undefined && { mismatch: reason }),
  };
}
