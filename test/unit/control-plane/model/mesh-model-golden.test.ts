/**
 * Manifests go in; what comes out is what stands behind the addresses that the input asks for (`# ask <address>…`), the
 * workloads, the ports that are inspected, the routes that the clients of namespaces follow (`# routes <namespace>…`), how
 * connections to Services are shared out (`# tcp <namespace>/<service>…`), and everything that is wrong.
 */
import { stringify } from "yaml";
import type { ManifestObject } from "../../../../src/control-plane/kubernetes/manifest-objects.ts";
import { readManifestFile } from "../../../../src/control-plane/kubernetes/manifest-objects.ts";
import { readObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { Destination, Endpoint, EndpointHints } from "../../../../src/control-plane/model/destination.ts";
import type { MeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import { createMeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import type { RoutedPort, RouteRule } from "../../../../src/control-plane/model/route.ts";
import {
  describeAction,
  describeExtras,
  describeMatch,
  describeOrigin,
} from "../../../../src/control-plane/model/routes/describe-rule.ts";
import type { Judgement, ParentVerdict } from "../../../../src/control-plane/model/routes/judge-route.ts";
import type { RouteKey } from "../../../../src/control-plane/model/routes/route-key.ts";
import { routeKey } from "../../../../src/control-plane/model/routes/route-key.ts";
import type { PortLimit } from "../../../../src/control-plane/model/replica-limits.ts";
import { describeSplit } from "../../../../src/control-plane/model/tcp-routes/describe-split.ts";
import type { NamespacedName, Workload } from "../../../../src/control-plane/model/workload.ts";
import { formatProblem } from "../../../../src/problem.ts";
import { testGolden } from "../../../golden-files.ts";

testGolden("mesh-model", (text, name) => {
  const { objects, problems } = readManifestFile(`${name}.yaml`, text);
  const mesh = createMeshModel({
    trustDomain: "cluster.local",
    rootNamespace: "outrigger-system",
    opaquePorts: [{ first: 3306, last: 3306 }],
  });
  mesh.apply(objects.map(({ kind, key, object }) => readObject(kind, key, object)));
  const pods = objects.filter(({ kind }) => kind === "pod").map(({ key }) => key as NamespacedName);
  const asked = listsIn(text, /^# ask (.*)$/gm);
  const split = listsIn(text, /^# tcp (.*)$/gm);
  const clients = listsIn(text, /^# routes (.*)$/gm);
  const described = {
    destinations: Object.fromEntries(asked.map((address) => [address, describe(mesh.destination(address))])),
    workloads: Object.fromEntries(pods.map((pod) => [pod, describeWorkload(mesh.workload(pod))])),
    ...limitsOf(mesh, pods),
    ...requestPortsOf(mesh, pods),
    inspectedPorts: mesh.inspectedPorts(),
    opaqueAddresses: mesh.opaqueAddresses(),
    services: servicesOf(
      mesh,
      objects.map(({ key }) => key.split("/")[0] ?? ""),
    ),
    ...(clients.length > 0 && { routes: routesOf(mesh, clients), verdicts: verdictsOf(mesh, routesIn(objects)) }),
    ...(split.length > 0 && { tcpRoutes: splitsOf(mesh, split), tcpVerdicts: tcpVerdictsOf(mesh, objects) }),
    problems: [...problems.map(formatProblem), ...problemsOf(mesh)],
  };
  return { yaml: stringify(described, { lineWidth: 0, flowCollectionPadding: true }) };
});

function routesIn(objects: readonly ManifestObject[]): readonly RouteKey[] {
  return objects.flatMap(({ kind, key }): readonly RouteKey[] => {
    if (kind === "httpRoute") return [routeKey("HTTPRoute", key as NamespacedName)];
    return kind === "grpcRoute" ? [routeKey("GRPCRoute", key as NamespacedName)] : [];
  });
}

function listsIn(text: string, line: RegExp): readonly string[] {
  return [...text.matchAll(line)].flatMap(([, list = ""]) => list.split(" "));
}

/** `<namespace>/<service>:<port>` with its addresses → rules in order. */
function routesOf(mesh: MeshModel, clients: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    clients.map((client) => {
      const ports = mesh.routedPorts(client).map((routed) => {
        const { namespace, service, port, addresses, rules } = routed;
        return [
          `${namespace}/${service}:${port} at ${addresses.join(", ")}`,
          rules.map((rule) => describeRule(rule, routed)),
        ];
      });
      return [`from ${client}`, Object.fromEntries(ports)];
    }),
  );
}

function describeRule(rule: RouteRule, port: RoutedPort): string {
  const besides = describeExtras(rule, port);
  const then = besides.length === 0 ? "" : ` [${besides.join("; ")}]`;
  return `${describeMatch(rule.match)} -> ${describeAction(rule)}${then} by ${describeOrigin(rule.origin)}`;
}

/** What stands in the status of routes. */
function verdictsOf(mesh: MeshModel, routes: readonly RouteKey[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(routes.map((route) => [route, (mesh.routeVerdict(route) ?? []).map(describeVerdict)]));
}

function tcpVerdictsOf(
  mesh: MeshModel,
  objects: readonly ManifestObject[],
): Readonly<Record<string, readonly string[]>> {
  const routes = objects.filter(({ kind }) => kind === "tcpRoute").map(({ key }) => key as NamespacedName);
  return Object.fromEntries(routes.map((route) => [route, (mesh.tcpRouteVerdict(route) ?? []).map(describeVerdict)]));
}

function describeVerdict({ parent, accepted, resolvedRefs }: ParentVerdict): string {
  const references = resolvedRefs === undefined ? [] : [`ResolvedRefs ${describeJudgement(resolvedRefs)}`];
  return [parent.name, `Accepted ${describeJudgement(accepted)}`, ...references].join("; ");
}

/** `<namespace>/<service>:<port>` → where its connections go. */
function splitsOf(mesh: MeshModel, services: readonly string[]): Readonly<Record<string, string>> {
  const ports = services.flatMap((service) =>
    [...mesh.tcpSplits(service as NamespacedName)].map(
      ([port, split]) => [`${service}:${port}`, `${describeSplit(split)} by ${split.route}`] as const,
    ),
  );
  return Object.fromEntries(ports);
}

function describeJudgement({ holds, reason, message }: Judgement<string>): string {
  return `${holds ? "True" : "False"} ${reason}: ${message}`;
}

function describe(destination: Destination): unknown {
  switch (destination.kind) {
    case "unknown":
      return "unknown";
    case "pod":
      return `pod ${destination.workload.namespace}/${destination.workload.name} at ${endpoint(destination.endpoint)}`;
    case "service": {
      const { namespace, service, port, protocol, reach, sticky, endpoints, balancing, shares } = destination;
      const ways = [...(reach === "node" ? ["own node only"] : []), ...(sticky ? ["sticky"] : [])];
      const text = [`${namespace}/${service}:${port} ${protocol}`, ...ways].join(", ");
      const policy = balancing === undefined ? {} : { policy: balancing };
      if (shares === undefined) return { service: text, endpoints: endpoints.map(endpoint), ...policy };
      const parts = shares.map(
        (share) => [`${share.weight} to ${share.backend}`, share.endpoints.map(endpoint)] as const,
      );
      return { service: text, shares: Object.fromEntries(parts), ...policy };
    }
  }
}

function endpoint({ ip, port, identity, zone, node, draining, hints }: Endpoint): string {
  const place = [node, zone].filter((part) => part !== "").join(" in ");
  const parts = [
    `${ip} ${port}`,
    place && `on ${place}`,
    identity ?? "plain",
    draining ? "draining" : "",
    ...meantFor(hints),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function meantFor({ zones, nodes }: EndpointHints): readonly string[] {
  return [...zones.map((zone) => `for zone ${zone}`), ...nodes.map((node) => `for node ${node}`)];
}

function describeWorkload(workload: Workload | undefined): unknown {
  if (workload === undefined) return "none";
  const { ips, zone, meshed, inboundTls, opaquePorts } = workload;
  const ports = inboundTls.ports.map(({ port, mode }) => `${port}: ${mode}`).join(", ");
  const opaque = opaquePorts.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(",");
  return `${ips.join(" ") || "no IP"}; zone ${zone || "unknown"}; ${meshed ? "meshed" : "plain"}; ${inboundTls.mode}${ports && `, ${ports}`}; opaque ${opaque || "none"}`;
}

function limitsOf(mesh: MeshModel, pods: readonly NamespacedName[]): object {
  const limited = pods.map((pod) => [pod, mesh.inboundLimits(pod)] as const).filter(([, limits]) => limits.length > 0);
  const line = ({ port, limit }: PortLimit): string =>
    `${port}: ${limit.requests} in ${limit.perMs} ms, burst ${limit.burst}`;
  if (limited.length === 0) return {};
  return { limits: Object.fromEntries(limited.map(([pod, limits]) => [pod, limits.map(line)])) };
}

function requestPortsOf(mesh: MeshModel, pods: readonly NamespacedName[]): object {
  const taking = pods
    .map((pod) => [pod, mesh.requestPorts(pod).join(" ")] as const)
    .filter(([, ports]) => ports !== "");
  return taking.length === 0 ? {} : { requestPorts: Object.fromEntries(taking) };
}

function servicesOf(mesh: MeshModel, namespaces: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const named = [...new Set(namespaces)].sort().map((namespace) => [namespace, mesh.servicesOf(namespace)] as const);
  return Object.fromEntries(
    named
      .filter(([, services]) => services.length > 0)
      .map(([namespace, services]) => [namespace, services.map(({ address }) => address)]),
  );
}

function problemsOf(mesh: MeshModel): readonly string[] {
  return mesh
    .problems()
    .flatMap(({ object, problems }) =>
      problems.map((problem) => `${object.kind} ${object.key}: ${formatProblem(problem)}`),
    );
}
