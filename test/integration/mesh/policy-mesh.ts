/**
 * A mesh for tests of TrafficPolicies: a client and a server pod, each with its sidecar, and Services whose replicas are ports
 * of the server pod. Each Service has one policy.
 */
import { formatAddress } from "../../../src/control-plane/model/address.ts";
import type { ServiceDestination } from "../../../src/control-plane/model/destination.ts";
import type { RoutedPort } from "../../../src/control-plane/model/route.ts";
import { unroutedPort } from "../../../src/control-plane/model/routes/unrouted-port.ts";
import type { PortLimit } from "../../../src/control-plane/model/replica-limits.ts";
import type { PolicyGroups } from "../../../src/control-plane/model/traffic-policy.ts";
import { connectionPolicy, mergeGroups, requestPolicy } from "../../../src/control-plane/model/traffic-policy.ts";
import { namespacedName } from "../../../src/control-plane/model/workload.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { endpoint, service, workload } from "../../mesh/sample-mesh.ts";
import type { Page, PageRequest } from "../envoy/conversations.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod, startTwoSidecars } from "./two-sidecars.ts";

/** The ports of the replicas. */
export const replicas = [7001, 7002, 7003, 7004, 7005] as const;

/** Where both pods are. */
export const clientZone = "here";

export interface PolicyService {
  /** The last part of its address, 10.96.5.<host>:80. */
  readonly host: number;
  readonly policy: Partial<PolicyGroups>;
  /** Ports of the server pod; all of {@link replicas} where none are said. */
  readonly ports?: readonly number[];
  /** Zones of the ports. */
  readonly zones?: readonly string[];
  readonly changed?: Partial<ServiceDestination>;
}

export function ipOf({ host }: Pick<PolicyService, "host">): string {
  return `10.96.5.${host}`;
}

function destination({ host, policy, ports = replicas, zones = [], changed = {} }: PolicyService): ServiceDestination {
  return service({
    namespace: "elsewhere",
    address: formatAddress(ipOf({ host }), 80),
    service: `policy-${host}`,
    endpoints: ports.map((port, index) => ({ ...endpoint(serverPod, port), zone: zones[index] ?? "" })),
    balancing: connectionPolicy(mergeGroups([policy])),
    ...changed,
  });
}

function limitsOf({ policy, ports = replicas }: PolicyService): readonly PortLimit[] {
  const { rateLimit } = policy;
  return rateLimit === undefined ? [] : ports.map((port) => ({ port, limit: rateLimit }));
}

function routesOf({ host, policy }: PolicyService): readonly RoutedPort[] {
  const requests = requestPolicy(mergeGroups([policy]));
  const name = { namespace: "elsewhere", service: `policy-${host}`, port: 80 };
  return requests === undefined ? [] : [unroutedPort(name, [formatAddress(ipOf({ host }), 80)], requests)];
}

export function policyMesh(services: readonly PolicyService[]): MeshStatement {
  const destinations = services.map(destination);
  return {
    services: destinations,
    workloads: [clientPod, workload({ ...serverPod, inboundTls: { mode: "strict", ports: [] } })].map((pod) => ({
      ...pod,
      zone: clientZone,
    })),
    inspectedPorts: [80],
    limits: { [namespacedName(serverPod.namespace, serverPod.name)]: services.flatMap(limitsOf) },
    routes: { "*": services.flatMap(routesOf) },
    opaqueAddresses: destinations.filter(({ protocol }) => protocol === "tcp").map(({ address }) => address),
  };
}

/** Starts it, with the replicas. */
export async function startPolicyMesh(services: readonly PolicyService[]): Promise<TwoSidecars> {
  const pods = await startTwoSidecars({ mesh: policyMesh(services) });
  for (const port of replicas) await pods.server.application.serve("replicaServer", port);
  return pods;
}

/** A request to a Service. */
export function to(service: Pick<PolicyService, "host">, path = "/", more: Partial<PageRequest> = {}): PageRequest {
  return { host: ipOf(service), port: 80, path, ...more };
}

/** A statistic of a Service in the client's sidecar; 0 where there is none. */
export async function statistic(
  pods: TwoSidecars,
  { host }: Pick<PolicyService, "host">,
  name: string,
): Promise<number> {
  const line = `cluster.elsewhere/policy-${host}|80.${name}: `;
  const stats = await pods.client.admin("/stats");
  const found = stats.split("\n").find((each) => each.startsWith(line));
  return Number(found?.slice(line.length) ?? 0);
}

/** The same request so many times. */
export function times(count: number, request: PageRequest): readonly PageRequest[] {
  return Array.from({ length: count }, () => request);
}

/** Which replica has answered; 0: none. */
export function replicaOf({ headers }: Page): number {
  return Number(headers["x-replica"] ?? 0);
}

/** How many answers each thing has. */
export function tally<K>(pages: readonly Page[], by: (page: Page) => K): ReadonlyMap<K, number> {
  const counts = new Map<K, number>();
  for (const page of pages) counts.set(by(page), (counts.get(by(page)) ?? 0) + 1);
  return counts;
}
