/** Every answer that a mesh gives, in a form that can be compared. */
import type { MeshModel } from "../../../src/control-plane/model/mesh-model.ts";
import { createMeshModel } from "../../../src/control-plane/model/mesh-model.ts";
import type { Destination } from "../../../src/control-plane/model/destination.ts";
import type { MeshSettings } from "../../../src/control-plane/model/mesh-state.ts";
import type { RoutedPort } from "../../../src/control-plane/model/route.ts";
import type { RouteKey } from "../../../src/control-plane/model/routes/route-key.ts";
import type { NamespacedName } from "../../../src/control-plane/model/workload.ts";
import { namespaces } from "./arbitrary-names.ts";
import { addresses } from "./arbitrary-objects.ts";

export const emptySettings: MeshSettings = {
  trustDomain: "cluster.local",
  rootNamespace: "outrigger-system",
  opaquePorts: [{ first: 5432, last: 5432 }],
};

export function emptyMesh(): MeshModel {
  return createMeshModel(emptySettings);
}

export const podNames: readonly NamespacedName[] = namespaces.flatMap((namespace) =>
  ["x", "y", "z"].map((name): NamespacedName => `${namespace}/${name}`),
);

export const routeNames: readonly RouteKey[] = podNames.flatMap((name): readonly RouteKey[] => [
  `HTTPRoute ${name}`,
  `GRPCRoute ${name}`,
]);

/** What {@link definitionOf} leaves out is the list of endpoints. */
export function definitionOf(destination: Destination): unknown {
  if (destination.kind !== "service") return destination;
  const { endpoints, shares, ...rest } = destination;
  const definition = { ...rest, shared: shares !== undefined };
  const identities = endpoints.map(({ identity }) => identity).filter((identity) => identity !== undefined);
  return { ...definition, identities: [...new Set(identities)].sort() };
}

export interface Answers {
  readonly destinations: readonly Destination[];
  readonly workloads: readonly unknown[];
  readonly limits: readonly unknown[];
  readonly ports: readonly unknown[];
  readonly services: readonly (readonly unknown[])[];
  readonly routes: readonly (readonly RoutedPort[])[];
  readonly verdicts: readonly unknown[];
  readonly problems: readonly unknown[];
}

export function answersOf(mesh: MeshModel): Answers {
  return {
    destinations: addresses.map((address) => mesh.destination(address)),
    workloads: podNames.map((pod) => mesh.workload(pod)),
    limits: podNames.map((pod) => [mesh.inboundLimits(pod), mesh.requestPorts(pod)]),
    ports: [mesh.inspectedPorts(), mesh.opaqueAddresses()],
    services: namespaces.map((namespace) => mesh.servicesOf(namespace)),
    routes: namespaces.map((namespace) => mesh.routedPorts(namespace)),
    verdicts: [
      ...routeNames.map((route) => mesh.routeVerdict(route)),
      ...podNames.map((route) => mesh.tcpRouteVerdict(route)),
      ...podNames.map((service) => [...mesh.tcpSplits(service)].map(([port, { route }]) => [port, route])),
      ...podNames.map((policy) => mesh.trafficPolicyVerdict(policy)),
    ],
    problems: mesh.problems(),
  };
}
