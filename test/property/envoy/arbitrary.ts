/**
 * Any valid bootstrap input, with strings that are hard on JSON, on the kubelet and on Envoy's own formats.
 */
import fc from "fast-check";
import type { BootstrapInput, ProbeTarget } from "../../../src/envoy/bootstrap-input.ts";

/** Pieces of text that mean something to somebody on the way. */
const snippets = [
  "$(POD_IP)",
  "$",
  "$$",
  "$(",
  ")",
  '"',
  "\\",
  "%",
  "%REQ(x)%",
  "{",
  "}",
  "\n",
  "ü",
  "/",
  "?",
  "#",
  " ",
  "a",
];

const text = fc.array(fc.oneof(fc.constantFrom(...snippets), fc.string({ unit: "binary" })), { maxLength: 6 });
const anyText = text.map((pieces) => pieces.join(""));
const path = anyText.map((rest) => `/${rest}`);
const port = fc.integer({ min: 1, max: 65_535 });
const count = fc.integer({ min: 1, max: 3600 });
const host = fc.option(fc.constantFrom("127.0.0.1", "fd00::1", "example.com", "localhost", "a.b-c.svc"), {
  nil: undefined,
});

const base = { host, port, timeoutSeconds: count };
const probeWithoutRoute = fc.oneof(
  fc.record({
    kind: fc.constant("http" as const),
    ...base,
    scheme: fc.constantFrom("HTTP" as const, "HTTPS" as const),
    path,
    ownHostHeader: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("tcp" as const), ...base, periodSeconds: count }),
  fc.record({ kind: fc.constant("grpc" as const), ...base, periodSeconds: count, service: anyText }),
);

/** Routes are unique in a pod; so they are numbered. */
const probes = fc
  .array(fc.tuple(probeWithoutRoute, anyText), { maxLength: 8 })
  .map((several) =>
    several.map(([probe, rest], index): ProbeTarget => ({ ...probe, route: `/app-health/${index}${rest}` })),
  );

const ranges = fc.array(
  fc.tuple(port, port).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
  { maxLength: 5 },
);

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const server = fc.constantFrom("192.0.2.1", "fd00::53", "control-plane.outrigger-system.svc");

export const inputs: fc.Arbitrary<BootstrapInput> = fc.record({
  controlPlane: optional(
    fc.record({
      host: server,
      port,
      tokenPath: fc.constant("/var/run/secrets/outrigger.dev/token"),
      trustDirectory: fc.constant("/var/run/secrets/outrigger.dev"),
    }),
  ),
  interceptionMode: fc.constantFrom("redirect", "tproxy", "none"),
  ipFamilies: fc.constantFrom(["IPv4"], ["IPv6"], ["IPv4", "IPv6"], ["IPv6", "IPv4"]),
  trustDomain: fc.constant("cluster.local"),
  workload: anyText.map((rest) => `web${rest}`),
  opaquePorts: ranges,
  accessLog: fc.constantFrom("off", "errors", "all"),
  tracing: optional(fc.record({ host: server, port, samplingPercent: fc.double({ min: 0, max: 100, noNaN: true }) })),
  probes,
  metrics: optional(
    fc.record({ route: fc.constant("/app-metrics"), scheme: fc.constantFrom("http", "https"), port, path }),
  ),
  drainPath: anyText.map((rest) => `/drain/${rest}`),
  drainSeconds: fc.nat({ max: 3600 }),
});
