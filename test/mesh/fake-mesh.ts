/**
 * A mesh that a test states outright: destinations by address, pods, and the ports that are inspected. A new statement
 * replaces the old one whole, and what that changes is found by comparing.
 */
import { parseAddress } from "../../src/control-plane/model/address.ts";
import type { Address, Destination, ServiceDestination } from "../../src/control-plane/model/destination.ts";
import { noHints } from "../../src/control-plane/model/destination.ts";
import type { RoutedPort } from "../../src/control-plane/model/route.ts";
import { workloadIdentity } from "../../src/control-plane/model/identity.ts";
import type { Mesh, MeshChange } from "../../src/control-plane/model/mesh.ts";
import type { PortLimit } from "../../src/control-plane/model/replica-limits.ts";
import { modeOfPort } from "../../src/control-plane/model/tls-policies.ts";
import type { NamespacedName, Workload } from "../../src/control-plane/model/workload.ts";
import { namespacedName } from "../../src/control-plane/model/workload.ts";

export interface MeshStatement {
  readonly services: readonly ServiceDestination[];
  readonly workloads: readonly Workload[];
  readonly inspectedPorts: readonly number[];
  readonly opaqueAddresses: readonly Address[];
  /** Routes by their clients' namespace, `*` for all others. Undefined: there are none. */
  readonly routes?: RouteStatement;
  /** By pod. */
  readonly limits?: Readonly<Record<NamespacedName, readonly PortLimit[]>>;
  /** By pod. */
  readonly requestPorts?: Readonly<Record<NamespacedName, readonly number[]>>;
}

export type RouteStatement = Readonly<Record<string, readonly RoutedPort[]>>;

export const trustDomain = "cluster.local";

function keyOf({ namespace, name }: Workload): NamespacedName {
  return namespacedName(namespace, name);
}

const unrouted: readonly RoutedPort[] = [];

function routesOf(routes: RouteStatement, namespace: string): readonly RoutedPort[] {
  return routes[namespace] ?? routes["*"] ?? unrouted;
}

/** Whose routes differ. */
function rerouted(before: RouteStatement, now: RouteStatement): ReadonlySet<string> | "all" {
  const differs = (namespace: string): boolean =>
    JSON.stringify(routesOf(before, namespace)) !== JSON.stringify(routesOf(now, namespace));
  return differs("*") ? "all" : new Set(Object.keys({ ...before, ...now }).filter(differs));
}

function definition(destination: ServiceDestination | undefined): string {
  const identities = new Set(destination?.endpoints.map(({ identity }) => identity ?? "none"));
  return JSON.stringify({ ...destination, endpoints: [...identities].sort() });
}

/** Keys whose values differ, or that only one of both has. */
function differing<K, V>(
  one: ReadonlyMap<K, V>,
  other: ReadonlyMap<K, V>,
  textOf: (value: V | undefined) => unknown,
): Set<K> {
  const keys = new Set([...one.keys(), ...other.keys()]);
  return new Set([...keys].filter((key) => textOf(one.get(key)) !== textOf(other.get(key))));
}

export class FakeMesh implements Mesh {
  readonly trustDomain = trustDomain;
  #said: MeshStatement;
  #services: ReadonlyMap<Address, ServiceDestination> = new Map();
  #workloads: ReadonlyMap<NamespacedName, Workload> = new Map();

  constructor(statement: MeshStatement) {
    this.#said = statement;
    this.#read(statement);
  }

  /** Replaces everything. */
  replace(statement: MeshStatement): MeshChange {
    const [said, services, workloads] = [this.#said, this.#services, this.#workloads];
    this.#read(statement);
    const pods = differing(workloads, this.#workloads, (value) => JSON.stringify(value));
    const ips = [...pods].flatMap((pod) => [
      ...(workloads.get(pod)?.ips ?? []),
      ...(this.#workloads.get(pod)?.ips ?? []),
    ]);
    const ports = ({ inspectedPorts, opaqueAddresses }: MeshStatement): string =>
      JSON.stringify([inspectedPorts, opaqueAddresses]);
    const limits = ({ limits = {} }: MeshStatement): ReadonlyMap<NamespacedName, unknown> =>
      new Map(Object.entries(limits) as [NamespacedName, unknown][]);
    const requestPorts = ({ requestPorts = {} }: MeshStatement): ReadonlyMap<NamespacedName, unknown> =>
      new Map(Object.entries(requestPorts) as [NamespacedName, unknown][]);
    const limitedPods = [
      ...differing(limits(said), limits(statement), (value) => JSON.stringify(value)),
      ...differing(requestPorts(said), requestPorts(statement), (value) => JSON.stringify(value)),
    ];
    const redefined = differing(services, this.#services, definition);
    return {
      addresses: differing(services, this.#services, (value) => JSON.stringify(value)),
      redefined,
      ips: new Set(ips),
      workloads: new Set([...pods, ...limitedPods]),
      ports: ports(said) !== ports(statement),
      namespaces: new Set([...redefined].flatMap((address) => this.#namespacesOf(address, services))),
      routes: rerouted(said.routes ?? {}, statement.routes ?? {}),
    };
  }

  destination(address: Address): Destination {
    const service = this.#services.get(address);
    if (service !== undefined) return service;
    const at = parseAddress(address);
    const workload = [...this.#workloads.values()].find(({ ips }) => at !== undefined && ips.includes(at.ip));
    if (at === undefined || workload === undefined) return { kind: "unknown", address };
    const { namespace, serviceAccount, zone, node, inboundTls, meshed } = workload;
    const takesTls = meshed && modeOfPort(inboundTls, at.port) !== "disabled";
    const identity = takesTls ? workloadIdentity(this.trustDomain, namespace, serviceAccount) : undefined;
    return {
      kind: "pod",
      address,
      workload,
      endpoint: { ...at, identity, zone, node, draining: false, hints: noHints },
    };
  }

  workload(pod: NamespacedName): Workload | undefined {
    return this.#workloads.get(pod);
  }

  inboundLimits(pod: NamespacedName): readonly PortLimit[] {
    return this.#said.limits?.[pod] ?? [];
  }

  requestPorts(pod: NamespacedName): readonly number[] {
    return this.#said.requestPorts?.[pod] ?? [];
  }

  inspectedPorts(): readonly number[] {
    return this.#said.inspectedPorts;
  }

  opaqueAddresses(): readonly Address[] {
    return this.#said.opaqueAddresses;
  }

  servicesOf(namespace: string): readonly ServiceDestination[] {
    const all = [...this.#services.values()].filter((service) => service.namespace === namespace);
    return all.sort((one, other) => (one.address < other.address ? -1 : 1));
  }

  routedPorts(clientNamespace: string): readonly RoutedPort[] {
    return routesOf(this.#said.routes ?? {}, clientNamespace);
  }

  #read(statement: MeshStatement): void {
    this.#said = statement;
    this.#services = new Map(statement.services.map((service) => [service.address, service]));
    this.#workloads = new Map(statement.workloads.map((workload) => [keyOf(workload), workload]));
  }

  #namespacesOf(address: Address, before: ReadonlyMap<Address, ServiceDestination>): readonly string[] {
    return [before.get(address), this.#services.get(address)].flatMap((service) =>
      service === undefined ? [] : [service.namespace],
    );
  }
}
