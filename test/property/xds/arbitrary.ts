/**
 * Small meshes with everything in them: few addresses, so that one of them is many things in turn.
 */
import fc from "fast-check";
import type {
  Endpoint,
  EndpointHints,
  ServiceDestination,
  Share,
} from "../../../src/control-plane/model/destination.ts";
import { noHints } from "../../../src/control-plane/model/destination.ts";
import { workloadIdentity } from "../../../src/control-plane/model/identity.ts";
import { endpointsOfShares } from "../../../src/control-plane/model/tcp-routes/tcp-split.ts";
import type { InboundTls, TlsMode, Workload } from "../../../src/control-plane/model/workload.ts";
import type { Proxy } from "../../../src/control-plane/proxy.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { trustDomain } from "../../mesh/fake-mesh.ts";
import { proxy, service, workload } from "../../mesh/sample-mesh.ts";

/** What applications of these meshes connect to. */
export const addresses = [
  "10.96.0.1:80",
  "10.96.0.2:80",
  "[fd96::1]:80",
  "10.96.0.3:3306",
  "10.77.1.3:80",
  "10.9.9.9:1",
];

const ports = [80, 3306, 9000];
const namespaces = ["shop", "data"];
const identity = fc
  .constantFrom("a", "b", "c")
  .map((account): string => workloadIdentity(trustDomain, "shop", account));

const hints: fc.Arbitrary<EndpointHints> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ zones: fc.subarray(["a", "b"]), nodes: fc.subarray(["node-1", "node-2"]) }) },
  { weight: 1, arbitrary: fc.constant(noHints) },
);

const endpoints: fc.Arbitrary<readonly Endpoint[]> = fc
  .uniqueArray(
    fc.record({
      ip: fc.constantFrom("10.77.2.2", "10.77.2.3", "10.77.2.4"),
      port: fc.constantFrom(8080, 9090),
      identity: fc.option(identity, { nil: undefined }),
      zone: fc.constantFrom("", "a", "b"),
      node: fc.constantFrom("", "node-1", "node-2"),
      draining: fc.boolean(),
      hints,
    }),
    { selector: ({ ip, port }) => `${ip}:${port}`, maxLength: 4 },
  )
  .map((list) => list.toSorted((one, other) => one.ip.localeCompare(other.ip) || one.port - other.port));

/** Backends share pods now and then, as they have few to choose from. */
export const shares: fc.Arbitrary<readonly Share[]> = fc.array(
  fc.record({
    backend: fc.constantFrom("shop/blue:80", "shop/green:80", "data/db:3306"),
    weight: fc.constantFrom(0, 1, 3, 1_000_000),
    reach: fc.constantFrom("cluster", "cluster", "cluster", "node"),
    endpoints,
  }),
  { minLength: 1, maxLength: 3 },
);

const services: fc.Arbitrary<readonly ServiceDestination[]> = fc.uniqueArray(
  fc
    .record({
      address: fc.constantFrom(...addresses.slice(0, 4)),
      namespace: fc.constantFrom(...namespaces),
      service: fc.constantFrom("cart", "old.cart"),
      port: fc.constantFrom(...ports),
      protocol: fc.constantFrom("http", "http2", "grpc", "tcp", "detect"),
      reach: fc.constantFrom("cluster", "cluster", "node"),
      sticky: fc.boolean(),
      endpoints,
      shares: fc.option(shares, { nil: undefined, freq: 2 }),
    })
    .map((fields) => service(fields.shares ? { ...fields, endpoints: endpointsOfShares(fields.shares) } : fields)),
  { selector: ({ address }) => address, maxLength: 4 },
);

const mode = fc.constantFrom<TlsMode>("strict", "permissive", "disabled");

const inboundTls: fc.Arbitrary<InboundTls> = fc
  .record({
    mode,
    ports: fc.uniqueArray(fc.record({ port: fc.constantFrom(...ports), mode }), { selector: ({ port }) => port }),
  })
  .map((tls) => ({
    mode: tls.mode,
    ports: tls.ports.filter((port) => port.mode !== tls.mode).toSorted((one, other) => one.port - other.port),
  }));

const workloads: fc.Arbitrary<readonly Workload[]> = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom("web-1", "db-0"),
      serviceAccount: fc.constantFrom("a", "b"),
      meshed: fc.boolean(),
      node: fc.constantFrom("", "node-1", "node-2"),
      zone: fc.constantFrom("", "a"),
      inboundTls,
    })
    .map((fields) => workload({ ...fields, ips: [fields.name === "web-1" ? "10.77.1.2" : "10.77.1.3"] })),
  { selector: ({ name }) => name, maxLength: 2 },
);

type Limits = NonNullable<MeshStatement["limits"]>;

const limits: fc.Arbitrary<Limits> = fc.record(
  {
    "shop/web-1": fc.uniqueArray(
      fc.record({
        port: fc.constantFrom(...ports),
        limit: fc.record({ requests: fc.constantFrom(1, 100), perMs: fc.constant(1_000), burst: fc.constant(5) }),
      }),
      { selector: ({ port }) => port, maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

/** A mesh; the ports of the listeners need not fit the Services. */
export const statements: fc.Arbitrary<MeshStatement> = fc.record({
  services,
  workloads,
  inspectedPorts: fc.subarray(ports),
  opaqueAddresses: fc.subarray(addresses.slice(0, 4)),
  limits,
  requestPorts: fc.record({ "shop/web-1": fc.subarray(ports) }, { requiredKeys: [] }),
});

/** The sidecar of `shop/web-1`. */
export const proxies: fc.Arbitrary<Proxy> = fc
  .record({
    interceptionMode: fc.constantFrom("redirect", "tproxy", "none"),
    ipFamilies: fc.constantFrom<Proxy["ipFamilies"]>(["IPv4"], ["IPv6"], ["IPv6", "IPv4"]),
    opaquePorts: fc.constantFrom<Proxy["opaquePorts"]>([], [{ first: 80, last: 80 }], [{ first: 1, last: 65_535 }]),
    accessLog: fc.constantFrom("off", "errors", "all"),
    tracing: fc.constantFrom(undefined, { host: "collector.telemetry", port: 4317, samplingPercent: 5 }),
  })
  .map((fields) => proxy(fields));
