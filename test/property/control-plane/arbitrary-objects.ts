/**
 * Clusters that are small enough for everything to collide: the same few IPs, ports and labels in every object, so that
 * Services claim each other's addresses, pods inherit each other's IPs, and policies contradict each other.
 */
import fc from "fast-check";
import { formatAddress } from "../../../src/control-plane/model/address.ts";
import type {
  ClusterObjects,
  MeshTlsRecord,
  NamespaceRecord,
  NodeRecord,
  ObjectChange,
  ObjectKind,
  PodRecord,
  ServicePortRecord,
  ServiceRecord,
  SliceRecord,
  TrafficPolicyRecord,
} from "../../../src/control-plane/model/cluster-object.ts";
import type { PolicyTarget } from "../../../src/control-plane/model/traffic-policy.ts";
import { mergeGroups } from "../../../src/control-plane/model/traffic-policy.ts";
import type { IpFamily } from "../../../src/net/cidr.ts";
import { grantRecord, routeRecord, tcpRouteRecord } from "./arbitrary-routes.ts";
import { createdAt, name, names, namespace, namespaces, port, portNumbers } from "./arbitrary-names.ts";

const nodes = ["n1", "n2"] as const;
const podIps = ["10.0.0.1", "10.0.0.2", "fd00::1"] as const;
const serviceIps = ["10.96.0.1", "10.96.0.2", "fd96::1", "10.0.0.1"] as const;
const nodeIps = ["192.168.0.1", "192.168.0.2", "fd01::1"] as const;

/** Of {@link routedService}, by namespace and name. */
const routedIp = (namespace: number, name: number): string => `10.96.1.${10 * namespace + name}`;
const routedIps = namespaces.flatMap((_, namespace) => names.map((__, name) => routedIp(namespace, name)));

/** Every address that anything here can have, and every name. */
export const addresses: readonly string[] = [
  ...[...new Set([...podIps, ...serviceIps, ...routedIps, ...nodeIps])].flatMap((ip) =>
    portNumbers.map((port) => formatAddress(ip, port)),
  ),
  ...namespaces.flatMap((namespace) =>
    names.flatMap((name) => portNumbers.map((port) => `${namespace}/${name}:${port}`)),
  ),
];

const mode = fc.constantFrom("strict" as const, "permissive" as const, "disabled" as const);
const labels = fc.constantFrom<Readonly<Record<string, string>>[]>({}, { app: "x" }, { app: "x", tier: "web" });
const families = fc.constantFrom<readonly IpFamily[]>(["IPv4"], ["IPv6"], ["IPv4", "IPv6"]);
const opaquePorts = fc.option(fc.constantFrom([], [{ first: 80, last: 80 }], [{ first: 1, last: 65_535 }]), {
  nil: undefined,
});

function some<T>(items: readonly T[], maxLength = 2): fc.Arbitrary<readonly T[]> {
  return fc.uniqueArray(fc.constantFrom(...items), { maxLength });
}

const namespaceRecord: fc.Arbitrary<NamespaceRecord> = fc.record({ name: namespace, opaquePorts });

const nodeRecord: fc.Arbitrary<NodeRecord> = fc.record({
  name: fc.constantFrom(...nodes),
  zone: fc.constantFrom("", "z1", "z2"),
  ips: some(nodeIps),
});

const sidecar: fc.Arbitrary<PodRecord["sidecar"]> = fc.option(
  fc.record({
    inboundPorts: fc.constantFrom<("all" | readonly { first: number; last: number }[])[]>("all", [
      { first: 80, last: 443 },
    ]),
    uncapturedInboundPorts: fc.constantFrom([], [{ first: 443, last: 443 }]),
    opaquePorts: fc.constant([]),
  }),
  { nil: undefined, freq: 4 },
);

const podRecord: fc.Arbitrary<PodRecord> = fc.record({
  namespace,
  name,
  uid: fc.constantFrom("1", "2"),
  createdAt,
  ips: some(podIps),
  sharedIps: some(podIps, 1),
  serviceAccount: fc.constantFrom("default", "web"),
  labels,
  node: fc.constantFrom("", ...nodes),
  sidecar,
  opaquePorts,
});

const servicePort: fc.Arbitrary<ServicePortRecord> = fc.record({
  name: fc.constantFrom("", "http"),
  port,
  targetPort: fc.option(port, { nil: undefined }),
  nodePort: fc.option(fc.constant(30_080), { nil: undefined }),
  protocol: fc.constantFrom(undefined, "http" as const, "tcp" as const, "grpc" as const),
});

const serviceRecord: fc.Arbitrary<ServiceRecord> = fc.record({
  namespace,
  name,
  createdAt,
  kind: fc.constantFrom("addressed" as const, "addressed" as const, "headless" as const, "external-name" as const),
  families,
  clusterIps: some(serviceIps),
  loadBalancerIps: some(serviceIps, 1),
  externalIps: some(serviceIps, 1),
  ports: fc.array(servicePort, { maxLength: 2 }),
  publishNotReadyAddresses: fc.boolean(),
  reach: fc.constantFrom("cluster" as const, "node" as const),
  sticky: fc.boolean(),
  opaquePorts,
});

/** One that shares its IP with a namesake now and then. */
const routedService: fc.Arbitrary<ServiceRecord> = fc
  .tuple(serviceRecord, fc.integer({ min: 0, max: 9 }))
  .map(([record, fate]) => {
    if (fate === 0) return record;
    const ip = routedIp(
      fate === 1 ? 0 : namespaces.indexOf(record.namespace as "a"),
      names.indexOf(record.name as "x"),
    );
    const ports = [80, 443].map((number) => ({
      name: number === 80 ? "http" : "",
      port: number,
      targetPort: undefined,
      nodePort: undefined,
      protocol: number === 443 ? record.ports[0]?.protocol : undefined,
    }));
    return {
      ...record,
      kind: fate === 2 ? "headless" : "addressed",
      clusterIps: fate === 2 ? [] : [ip],
      families: ["IPv4"],
      ports,
      opaquePorts: undefined,
    };
  });

const sliceRecord: fc.Arbitrary<SliceRecord> = fc.record({
  namespace,
  name,
  service: name,
  family: fc.constantFrom("IPv4" as const, "IPv6" as const),
  ports: fc.array(fc.record({ name: fc.constantFrom("", "http"), port: fc.option(port, { nil: undefined }) }), {
    maxLength: 2,
  }),
  endpoints: fc.array(
    fc.record({
      ip: fc.constantFrom(...podIps),
      condition: fc.constantFrom("ready" as const, "draining" as const, "unready" as const),
      pod: fc.constantFrom(undefined, ...names),
      node: fc.constantFrom(...nodes),
      zone: fc.constantFrom("", "z1"),
      hints: fc.record({ zones: some(["z1", "z2"]), nodes: some(nodes) }),
    }),
    { maxLength: 3 },
  ),
});

const meshTlsRecord: fc.Arbitrary<MeshTlsRecord> = fc
  .record({
    namespace,
    name,
    createdAt,
    selector: fc.option(fc.constantFrom<Readonly<Record<string, string>>[]>({ app: "x" }, { tier: "web" }), {
      nil: undefined,
    }),
    mode: fc.option(mode, { nil: undefined }),
    ports: fc.uniqueArray(fc.record({ port, mode }), { maxLength: 2, selector: (entry) => entry.port }),
  })
  .map((record) => (record.selector === undefined ? { ...record, ports: [] } : record));

const target: fc.Arbitrary<PolicyTarget> = fc.record({
  kind: fc.constantFrom("Service" as const, "Service" as const, "HTTPRoute" as const),
  name,
  section: fc.option(fc.constantFrom("", "http", "other"), { nil: undefined, freq: 2 }),
});

const connectionPool = fc.integer({ min: 1, max: 2 }).map((seconds) => ({
  connectTimeoutMs: seconds * 1000,
  idleTimeoutMs: undefined,
  maxRequestsPerConnection: undefined,
}));
const timeouts = fc.integer({ min: 1, max: 2 }).map((seconds) => ({ requestMs: seconds * 1000, idleMs: undefined }));
const rateLimit = fc.record({
  requests: fc.constantFrom(1, 60),
  perMs: fc.constantFrom(1000, 60_000),
  burst: fc.constantFrom(1, 60),
});

const trafficPolicyRecord: fc.Arbitrary<TrafficPolicyRecord> = fc.record({
  refused: fc.nat({ max: 3 }).map((fate) => fate === 0),
  namespace,
  name,
  createdAt,
  targets: fc.uniqueArray(target, { minLength: 1, maxLength: 3, selector: (each) => JSON.stringify(each) }),
  groups: fc
    .record({ connectionPool, timeouts, rateLimit }, { requiredKeys: [] })
    .map((groups) => mergeGroups([groups])),
});

const recordsByKind: { readonly [K in ObjectKind]: fc.Arbitrary<ClusterObjects[K]> } = {
  namespace: namespaceRecord,
  node: nodeRecord,
  pod: podRecord,
  service: serviceRecord,
  slice: sliceRecord,
  meshTls: meshTlsRecord,
  httpRoute: routeRecord("HTTPRoute"),
  grpcRoute: routeRecord("GRPCRoute"),
  tcpRoute: tcpRouteRecord,
  referenceGrant: grantRecord,
  trafficPolicy: trafficPolicyRecord,
};

const weights: Readonly<Record<ObjectKind, number>> = {
  namespace: 1,
  node: 1,
  pod: 4,
  service: 4,
  slice: 4,
  meshTls: 2,
  httpRoute: 4,
  grpcRoute: 1,
  tcpRoute: 4,
  referenceGrant: 2,
  trafficPolicy: 2,
};

function keyOf(kind: ObjectKind, record: { readonly namespace?: string; readonly name: string }): string {
  return kind === "namespace" || kind === "node" ? record.name : `${record.namespace ?? ""}/${record.name}`;
}

type Records = { readonly [K in ObjectKind]: fc.Arbitrary<ClusterObjects[K]> };

function changesOf(kind: ObjectKind, records: Records): fc.Arbitrary<ObjectChange> {
  const record = records[kind] as fc.Arbitrary<{ readonly namespace?: string; readonly name: string }>;
  const problems = [{ path: "spec", message: "something is wrong", hint: "correct it" }];
  return fc.tuple(record, fc.integer({ min: 0, max: 9 })).map(([object, fate]) => {
    const key = keyOf(kind, object);
    return { kind, key, object: fate < 2 ? undefined : object, problems: fate === 1 ? problems : [] } as ObjectChange;
  });
}

function anyOf(weights: Partial<Record<ObjectKind, number>>, records: Records): fc.Arbitrary<ObjectChange> {
  const kinds = Object.entries(weights) as [ObjectKind, number][];
  return fc.oneof(...kinds.map(([kind, weight]) => ({ arbitrary: changesOf(kind, records), weight })));
}

/** Any object coming, changing, going, or turning bad. */
export const anyChange: fc.Arbitrary<ObjectChange> = anyOf(weights, recordsByKind);

/** The same of Services that mostly have an IP of their own, and of their routes. */
export const anyChangeOfRoutes: fc.Arbitrary<ObjectChange> = anyOf(
  {
    service: 6,
    httpRoute: 10,
    grpcRoute: 3,
    tcpRoute: 6,
    slice: 3,
    referenceGrant: 3,
    namespace: 1,
    trafficPolicy: 5,
  },
  { ...recordsByKind, service: routedService },
);
