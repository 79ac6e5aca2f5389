/** What a Service is to routes: where its clients connect, and which of its ports take requests. It has no endpoints. */
import type { ServiceRecord } from "../cluster-object.ts";
import { familyOf, formatAddress } from "../address.ts";
import type { Address, DeclaredProtocol } from "../destination.ts";
import { formatNamedPort } from "../named-destination.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";

export interface ServiceFront {
  readonly kind: ServiceRecord["kind"];
  /** Whether it has an IP of its own that clients connect to. */
  readonly addressed: boolean;
  readonly ports: readonly FrontPort[];
}

export interface FrontPort {
  /** Empty where it has none. */
  readonly name: string;
  readonly port: number;
  readonly protocol: DeclaredProtocol;
  /** The TCPRoute that has it; undefined where none does. */
  readonly tcpRoute: NamespacedName | undefined;
  /** What requests are sent to that are for this port. */
  readonly destination: Address;
}

/** @param ports what is known of the record's ports, in the same order */
export function serviceFront(service: ServiceRecord, ports: readonly PortFacts[]): ServiceFront {
  const { kind, clusterIps, loadBalancerIps, externalIps } = service;
  return {
    kind,
    addressed: kind === "addressed" && [clusterIps, loadBalancerIps, externalIps].some((ips) => ips.length > 0),
    ports: kind === "external-name" ? [] : service.ports.map((port, index) => frontPort(service, port, ports[index])),
  };
}

type PortFacts = Pick<FrontPort, "protocol" | "tcpRoute">;

const nothingKnown: PortFacts = { protocol: "detect", tcpRoute: undefined };

function frontPort(
  service: ServiceRecord,
  { name, port }: ServiceRecord["ports"][number],
  { protocol, tcpRoute }: PortFacts = nothingKnown,
): FrontPort {
  return { name, port, protocol, tcpRoute, destination: destinationOf(service, port) };
}

function destinationOf(service: ServiceRecord, port: number): Address {
  const ip = ownIp(service);
  if (ip !== undefined) return formatAddress(ip, port);
  return formatNamedPort({ service: namespacedName(service.namespace, service.name), port });
}

/** The first ClusterIP; undefined where the Service goes by its name. */
export function ownIp({ kind, families, clusterIps }: ServiceRecord): string | undefined {
  return kind === "addressed" ? clusterIps.find((ip) => families.includes(familyOf(ip))) : undefined;
}
