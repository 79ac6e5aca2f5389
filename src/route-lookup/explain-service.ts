/**
 * What the mesh makes of a Service: its ports with their protocol and its reason, what is behind them and by which mode of
 * mTLS, and the routes and policies that concern it. Worked out by the control plane's own model. Pure.
 */
import { keyOf } from "../injection/keys.ts";
import { includesPort } from "../net/port-range.ts";
import { formatAddress } from "../control-plane/model/address.ts";
import type { ObjectChange, ServicePortRecord, ServiceRecord } from "../control-plane/model/cluster-object.ts";
import type { DeclaredProtocol, Endpoint, ServiceDestination } from "../control-plane/model/destination.ts";
import type { MeshModel } from "../control-plane/model/mesh-model.ts";
import { formatNamedPort } from "../control-plane/model/named-destination.ts";
import { ownIp } from "../control-plane/model/routes/service-front.ts";
import { modeOfPort } from "../control-plane/model/tls-policies.ts";
import type { NamespacedName, TlsMode } from "../control-plane/model/workload.ts";
import { namespacedName } from "../control-plane/model/workload.ts";
import { answer } from "./answer.ts";
import type { Complaint, LookupMesh } from "./complaints.ts";

export interface ServiceExplanation {
  readonly service: NamespacedName;
  readonly kind: ServiceRecord["kind"];
  /** IPs that its clients connect to; none where they connect to its pods, or to something else. */
  readonly addresses: readonly string[];
  readonly ports: readonly ServicePortExplanation[];
  readonly policies: readonly AppliedPolicy[];
  /** What is wrong with routes and policies that name the Service. */
  readonly complaints: readonly Complaint[];
}

export interface ServicePortExplanation {
  readonly port: number;
  /** Empty where it has none. */
  readonly name: string;
  readonly protocol: DeclaredProtocol;
  readonly why: string;
  /** Routes that clients of the Service's own namespace follow, e.g. `HTTPRoute shop/canary`. */
  readonly routes: readonly string[];
  readonly endpoints: EndpointCounts;
}

/** How many there are. */
export interface EndpointCounts {
  readonly ready: number;
  /** Going away, and used only where nothing else is left. */
  readonly draining: number;
  /** Of both, those with a sidecar, by the mode of their port. The others are called in plaintext. */
  readonly mtls: Readonly<Partial<Record<TlsMode, number>>>;
  readonly plain: number;
}

export interface AppliedPolicy {
  /** `TrafficPolicy shop/web`. */
  readonly policy: string;
  /** The port that it is about, by name; left out where it is about all. */
  readonly port?: string;
  /** That of the condition `Programmed`: how much of it has an effect. */
  readonly reason: string;
  readonly message: string;
}

/** Undefined where there is no such Service among the objects. */
export function explainService(
  lookup: LookupMesh,
  changes: readonly ObjectChange[],
  namespace: string,
  name: string,
): ServiceExplanation | undefined {
  const key = namespacedName(namespace, name);
  const service = recordOf(changes, key);
  if (service === undefined) return undefined;
  const about = { namespace, service: name, port: undefined };
  const { ports, tcpPorts, complaints } = answer(lookup, { about, from: namespace, request: undefined });
  const routesOf = (number: number): readonly string[] => {
    const requests = ports.filter(({ port }) => port === number).flatMap(({ rules }) => rules);
    const origins = requests.map(({ origin: { kind, namespace: of, route } }) => `${kind} ${of}/${route}`);
    const connections = tcpPorts.filter(({ port }) => port === number).map(({ origin }) => origin);
    // A port with a policy and no route has a rule of the Service itself.
    return [...new Set([...origins, ...connections])].filter((origin) => !origin.startsWith("Service "));
  };
  return {
    service: key,
    kind: service.kind,
    addresses:
      service.kind === "addressed" ? [...service.clusterIps, ...service.loadBalancerIps, ...service.externalIps] : [],
    ports:
      service.kind === "external-name"
        ? []
        : service.ports.map((port) => explainPort(lookup.mesh, service, port, routesOf)),
    policies: policiesOf(lookup.mesh, changes, namespace, name),
    complaints,
  };
}

function recordOf(changes: readonly ObjectChange[], key: NamespacedName): ServiceRecord | undefined {
  for (const change of changes) if (change.kind === "service" && change.key === key) return change.object;
  return undefined;
}

function explainPort(
  mesh: MeshModel,
  service: ServiceRecord,
  port: ServicePortRecord,
  routesOf: (port: number) => readonly string[],
): ServicePortExplanation {
  const destination = destinationOf(mesh, service, port);
  const protocol = destination?.protocol ?? port.protocol ?? "detect";
  return {
    port: port.port,
    name: port.name,
    protocol,
    why: whySo(service, port, destination, protocol),
    routes: routesOf(port.port),
    endpoints: countEndpoints(mesh, destination?.endpoints ?? []),
  };
}

/** Undefined where another Service has the address. */
function destinationOf(
  mesh: MeshModel,
  service: ServiceRecord,
  { port }: ServicePortRecord,
): ServiceDestination | undefined {
  const { namespace, name } = service;
  const ip = ownIp(service);
  const address =
    ip === undefined ? formatNamedPort({ service: namespacedName(namespace, name), port }) : formatAddress(ip, port);
  const found = mesh.destination(address);
  return found.kind === "service" && found.namespace === namespace && found.service === name ? found : undefined;
}

function whySo(
  { opaquePorts }: ServiceRecord,
  { port, protocol: declared }: ServicePortRecord,
  destination: ServiceDestination | undefined,
  protocol: DeclaredProtocol,
): string {
  if (destination === undefined) return "another Service has its address";
  if (destination.shares !== undefined) return "a TCPRoute has its connections";
  if (opaquePorts !== undefined && includesPort(opaquePorts, port)) {
    return `the Service's annotation ${keyOf("opaque-ports")}`;
  }
  if (declared !== undefined) return "its appProtocol or name";
  if (protocol === "tcp") return "an opaque port of the namespace or the mesh";
  return "it says nothing: the first bytes of a connection tell";
}

function countEndpoints(mesh: MeshModel, endpoints: readonly Endpoint[]): EndpointCounts {
  const mtls: Partial<Record<TlsMode, number>> = {};
  let plain = 0;
  for (const { ip, port } of endpoints) {
    const mode = modeAt(mesh, ip, port);
    if (mode === undefined) plain += 1;
    else mtls[mode] = (mtls[mode] ?? 0) + 1;
  }
  const draining = endpoints.filter((endpoint) => endpoint.draining).length;
  return { ready: endpoints.length - draining, draining, mtls, plain };
}

/** Undefined where nobody there has a sidecar. */
function modeAt(mesh: MeshModel, ip: string, port: number): TlsMode | undefined {
  const at = mesh.destination(formatAddress(ip, port));
  return at.kind === "pod" && at.workload.meshed ? modeOfPort(at.workload.inboundTls, port) : undefined;
}

function policiesOf(
  mesh: MeshModel,
  changes: readonly ObjectChange[],
  namespace: string,
  name: string,
): readonly AppliedPolicy[] {
  return changes.flatMap(({ kind, key }): readonly AppliedPolicy[] => {
    if (kind !== "trafficPolicy" || !key.startsWith(`${namespace}/`)) return [];
    const verdicts = mesh.trafficPolicyVerdict(key as NamespacedName) ?? [];
    return verdicts
      .filter(({ target, accepted }) => accepted.holds && target.kind === "Service" && target.name === name)
      .map(({ target, accepted, programmed }) => {
        const { reason, message } = programmed ?? accepted;
        const port = target.section === undefined ? {} : { port: target.section };
        return { policy: `TrafficPolicy ${key}`, ...port, reason, message };
      });
  });
}
