/** Routes and ReferenceGrants over the few names that there are. */
import fc from "fast-check";
import { httpSpecificity } from "../../../src/control-plane/model/routes/precedence.ts";
import type {
  BackendRecord,
  RankedMatch,
  ReferenceGrantRecord,
  RouteKind,
  RouteRecord,
  RuleRecord,
  ServiceParent,
} from "../../../src/control-plane/model/routes/route-record.ts";
import type { TcpRouteRecord } from "../../../src/control-plane/model/tcp-routes/tcp-route-record.ts";
import { createdAt, name, namespace } from "./arbitrary-names.ts";

const optionalNamespace = fc.option(namespace, { nil: undefined });

const parent: fc.Arbitrary<ServiceParent> = fc.record({
  index: fc.constantFrom(0, 1),
  namespace: optionalNamespace,
  name,
  sectionName: fc.constantFrom(undefined, undefined, undefined, "http"),
  port: fc.constantFrom(undefined, undefined, undefined, 80, 443),
});

const match: fc.Arbitrary<RankedMatch> = fc
  .record({
    path: fc.constantFrom(
      { kind: "prefix" as const, value: "/" },
      { kind: "prefix" as const, value: "/a" },
      { kind: "exact" as const, value: "/a" },
    ),
    method: fc.constantFrom(undefined, "GET"),
    headers: fc.constantFrom([], [{ kind: "exact" as const, name: "v", value: "1" }]),
    queryParams: fc.constant([]),
  })
  .map((drawn) => ({ match: drawn, specificity: httpSpecificity(drawn) }));

const backend: fc.Arbitrary<BackendRecord> = fc.record({
  reference: fc.record({
    path: fc.constant("spec.rules[0].backendRefs[0]"),
    group: fc.constant(""),
    kind: fc.nat(9).map((fate) => (fate === 0 ? "Bucket" : "Service")),
    namespace,
    name,
    port: fc.constantFrom(80, 80, 80, 443, 5432, undefined),
  }),
  weight: fc.constantFrom(1, 9, 0, 3),
  request: fc.constant(undefined),
  response: fc.constant(undefined),
  foreignFilter: fc.constant(undefined),
});

const rule: fc.Arbitrary<RuleRecord> = fc.record({
  name: fc.constant(undefined),
  matches: fc.array(match, { minLength: 1, maxLength: 2 }),
  filters: fc.constant({ request: undefined, response: undefined, rewrite: undefined, cors: undefined }),
  mirrors: backend
    .map(({ reference }) => reference)
    .chain((reference) => fc.constantFrom([], [], [{ reference, perMillion: 500_000 }])),
  action: fc.array(backend, { maxLength: 2 }).map((backends): RuleRecord["action"] => ({ kind: "forward", backends })),
  requestTimeoutMs: fc.constant(undefined),
  backendTimeoutMs: fc.constant(undefined),
  retry: fc.constant(undefined),
  sessionPersistence: fc.constant(undefined),
  foreignFilter: fc.constant(undefined),
});

export function routeRecord(kind: RouteKind): fc.Arbitrary<RouteRecord> {
  return fc
    .record({
      kind: fc.constant(kind),
      namespace,
      name,
      createdAt,
      parents: fc.array(parent, { minLength: 1, maxLength: 2 }),
      rules: fc.array(rule, { maxLength: 2 }),
      refusal: fc.constantFrom(undefined, undefined, undefined, undefined, "UnsupportedValue" as const),
    })
    .map((record) => (record.refusal === undefined ? record : { ...record, rules: [] }));
}

export const tcpRouteRecord: fc.Arbitrary<TcpRouteRecord> = fc
  .record({
    namespace,
    name,
    createdAt,
    parents: fc.array(parent, { minLength: 1, maxLength: 2 }),
    backends: fc.array(
      backend.map(({ reference, weight }) => ({ reference, weight })),
      { minLength: 1, maxLength: 3 },
    ),
    refusal: fc.constantFrom(undefined, undefined, undefined, undefined, "UnsupportedValue" as const),
  })
  .map((record) => (record.refusal === undefined ? record : { ...record, backends: [] }));

export const grantRecord: fc.Arbitrary<ReferenceGrantRecord> = fc.record({
  namespace,
  name,
  from: fc.array(
    fc.record({ kind: fc.constantFrom("HTTPRoute" as const, "GRPCRoute" as const, "TCPRoute" as const), namespace }),
    {
      maxLength: 2,
    },
  ),
  services: fc.array(fc.option(name, { nil: undefined }), { maxLength: 2 }),
});
