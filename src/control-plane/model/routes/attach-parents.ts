/** Which Service ports a route is for, by its parents, and why it is for none where that is so. */
import type { Problem } from "../../../problem.ts";
import { quote } from "../../../quote.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import type { RouteRecord, ServiceParent } from "./route-record.ts";
import type { FrontPort, ServiceFront } from "./service-front.ts";
import type { RouteRole } from "./resolve-backend.ts";

/** A parent with the ports of its Service that the route is for. */
export interface Attachment {
  readonly parent: ServiceParent;
  readonly service: NamespacedName;
  readonly role: RouteRole;
  /** Numbers of ports; none where there is an {@link obstacle}. */
  readonly ports: readonly number[];
  /** Why it is for none. */
  readonly obstacle: Problem | undefined;
  /** Whether the {@link obstacle} is another route. */
  readonly contested: boolean;
}

/** One for each parent. */
export function attachParents(
  route: RouteRecord,
  frontOf: (service: NamespacedName) => ServiceFront | undefined,
): readonly Attachment[] {
  return route.parents.map((parent) => {
    const service = serviceOfParent(route, parent);
    const role = roleOf(route, parent);
    const found = portsOf(parent, service, frontOf(service));
    const attached = { parent, service, role };
    return "obstacle" in found
      ? { ...attached, ports: [], contested: false, ...found }
      : { ...attached, ...found, obstacle: undefined, contested: false };
  });
}

export function serviceOfParent({ namespace }: Pick<RouteRecord, "namespace">, parent: ServiceParent): NamespacedName {
  return namespacedName(parent.namespace ?? namespace, parent.name);
}

function roleOf({ namespace }: RouteRecord, parent: ServiceParent): RouteRole {
  return parent.namespace === undefined || parent.namespace === namespace ? "producer" : "consumer";
}

interface Obstacle {
  readonly obstacle: Problem;
  readonly contested?: boolean;
}

type Found = { readonly ports: readonly number[] } | Obstacle;

/** The ports that a parent names, whatever they take. */
export function namedPorts(
  parent: ServiceParent,
  service: NamespacedName,
  front: ServiceFront | undefined,
): readonly FrontPort[] | Obstacle {
  if (front === undefined) return obstacle(parent, `there is no Service ${service}`, "create it, or name another one");
  if (!front.addressed) return obstacle(parent, noAddress(service, front), "name a Service that has a cluster IP");
  const named = front.ports.filter((port) => isNamed(parent, port));
  return named.length === 0 ? noPort(parent, service, front) : named;
}

function portsOf(parent: ServiceParent, service: NamespacedName, front: ServiceFront | undefined): Found {
  const named = namedPorts(parent, service, front);
  if ("obstacle" in named) return named;
  const ports = named.filter(({ protocol }) => protocol !== "tcp").map(({ port }) => port);
  if (ports.length > 0) return { ports: [...new Set(ports)] };
  const numbers = named.map(({ port }) => port).join(", ");
  const tcpRoute = named.find((port) => port.tcpRoute !== undefined)?.tcpRoute;
  if (tcpRoute !== undefined) {
    const message = `the TCPRoute ${tcpRoute} has port ${numbers} of the Service ${service}`;
    return { ...obstacle(parent, message, "remove one of the two routes"), contested: true };
  }
  const hint = "say by appProtocol or the port's name that it takes http, http2 or grpc";
  return obstacle(parent, `port ${numbers} of the Service ${service} takes plain TCP, not requests`, hint);
}

/** Whether a parent names the port. */
export function isNamed({ sectionName, port }: ServiceParent, candidate: Pick<FrontPort, "name" | "port">): boolean {
  return (
    (port === undefined || candidate.port === port) && (sectionName === undefined || candidate.name === sectionName)
  );
}

function noAddress(service: NamespacedName, { kind }: ServiceFront): string {
  const why = {
    headless: "is headless: its clients connect to its pods",
    "external-name": "is of type ExternalName: its clients connect to something else",
    addressed: "has no cluster IP",
  };
  return `the Service ${service} ${why[kind]}`;
}

function noPort(parent: ServiceParent, service: NamespacedName, { ports }: ServiceFront): Obstacle {
  const { sectionName, port } = parent;
  const wanted = [
    port === undefined ? "" : ` ${port}`,
    sectionName === undefined ? "" : ` named ${quote(sectionName)}`,
  ];
  const known = ports.map(({ port: number, name }) => (name === "" ? `${number}` : `${number} (${name})`));
  const hint = known.length === 0 ? "give it a TCP port" : `it has: ${known.join(", ")}`;
  return obstacle(parent, `the Service ${service} has no TCP port${wanted.join("")}`, hint);
}

function obstacle({ index }: ServiceParent, message: string, hint: string): Obstacle {
  return { obstacle: { path: `spec.parentRefs[${index}]`, message, hint } };
}
