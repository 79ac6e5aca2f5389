/**
 * Generates AdmissionReviews that nobody should ever send. Each begins as a proper review of a plausible pod, so that it gets
 * past the first check, and every other one is then damaged in up to four places anywhere in it.
 */
import fc from "fast-check";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import { injectPod } from "../../../src/injection/inject.ts";
import type { InjectionContext } from "../../../src/injection/outcome.ts";

/** What the pods are injected with. */
export const context: InjectionContext = {
  config: defaultMeshConfig,
  configHash: "c0ffee",
  version: "0.0.0",
  meshNamespace: "outrigger-system",
  nativeSidecars: true,
  ipFamilies: ["IPv4", "IPv6"],
  drainKey: "key",
};

/** A request body, and what it parses to; undefined where it is no JSON. */
export interface HostileReview {
  readonly text: string;
  readonly value: unknown;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One value nearly always, the other once in a while. */
function rarely<T>(rare: T, usual: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant(rare) }, { weight: 15, arbitrary: fc.constant(usual) });
}

const containerName = fc.oneof(
  { weight: 15, arbitrary: fc.constantFrom<Json>("app", "web", "constructor", "ünï😀", "a b", "__proto__") },
  { weight: 2, arbitrary: fc.constantFrom<Json>("outrigger-proxy", "outrigger-init") },
  { weight: 1, arbitrary: fc.constantFrom<Json>("istio-proxy") },
);

const settingNames = [
  "inject",
  "proxy-image",
  "proxy-cpu-request",
  "proxy-cpu-limit",
  "proxy-memory-limit",
  "proxy-log-level",
  "proxy-concurrency",
  "interception-mode",
  "include-inbound-ports",
  "exclude-outbound-ports",
  "include-outbound-cidrs",
  "opaque-ports",
  "native-sidecar",
  "hold-application",
  "rewrite-probes",
  "drain-seconds",
  "overlays",
  "access-log",
  "trace-sampling",
  "no-such-setting",
].map((suffix) => `outrigger.dev/${suffix}`);

const properSettings: readonly (readonly [string, string])[] = [
  ["outrigger.dev/inject", "true"],
  ["outrigger.dev/proxy-cpu-limit", "2"],
  ["outrigger.dev/interception-mode", "tproxy"],
  ["outrigger.dev/include-inbound-ports", "80,8000-9000"],
  ["outrigger.dev/exclude-outbound-cidrs", "10.0.0.0/8,fd00::/8"],
  ["outrigger.dev/native-sidecar", "false"],
  ["outrigger.dev/access-log", "all"],
  ["prometheus.io/scrape", "true"],
  ["prometheus.io/port", "9102"],
];

const settingValues = fc.oneof(
  fc.constantFrom(
    "true",
    "false",
    "",
    "100m",
    "1Gi",
    "80,443",
    "1-65535",
    "*",
    "10.0.0.0/8,fd00::/8",
    "debug",
    "none",
    "tproxy",
    "0",
    "all",
  ),
  fc.constantFrom(
    "yes",
    "abc",
    "-1",
    "99999999999999999999",
    "1e9",
    "65536",
    "80,,443",
    "10.0.0.0/33",
    "a\nb: c",
    "\u0000",
    "{}",
    "${x}",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);

/** What somebody might write to make us believe that the sidecar is already there. */
const forgedStatus = fc.oneof(
  fc.constantFrom(
    '{"containers":[1]}',
    '{"containers":["app"]}',
    '{"containers":["hello"]}',
    "null",
    "[]",
    "1",
    "{",
    '"x"',
    '{"__proto__":{"a":1}}',
  ),
  fc
    .record({
      version: fc.constantFrom<Json>("0.1.0", "", 1),
      config: fc.constantFrom<Json>("abc", null),
      volumes: fc.constantFrom<Json>([], ["config"], ["outrigger-token"], [1], "config"),
      imagePullSecrets: fc.constantFrom<Json>([], ["x"], null),
      annotations: fc.constantFrom<Json>([], ["outrigger.dev/status"], ["__proto__"], {}),
      labels: fc.constantFrom<Json>([], ["app"], ["outrigger.dev/injected"]),
      proxy: fc.constantFrom<Json>({}, { image: "00000000" }, { constructor: "x" }, []),
      init: fc.constantFrom<Json>({}, { args: "1" }, null),
      original: fc.constantFrom<Json>(
        { handlers: {}, annotations: {} },
        {
          handlers: { "app/livenessProbe": { httpGet: { port: 80, path: "/" } } },
          annotations: { "prometheus.io/port": "1" },
        },
        { handlers: { "app/livenessProbe": 1 }, annotations: {} },
        { handlers: {}, annotations: {}, proxy: { name: "outrigger-proxy", image: "mine" } },
        { handlers: {}, annotations: {}, proxy: 1 },
        null,
      ),
    })
    .map((status) => JSON.stringify(status)),
  fc.json({ maxDepth: 2 }),
);

const probe = fc.constantFrom<Json>(
  { httpGet: { path: "/healthz", port: 8080 } },
  {
    httpGet: {
      path: "/",
      port: "http",
      host: "example.com",
      scheme: "HTTPS",
      httpHeaders: [{ name: "a", value: "b" }],
    },
  },
  { httpGet: { port: "unknown" } },
  { httpGet: { port: 0 } },
  { tcpSocket: { port: 5432 }, periodSeconds: 3 },
  { grpc: { port: 9090, service: "x" }, timeoutSeconds: 2 },
  { exec: { command: ["true"] } },
  { httpGet: { port: 80 }, tcpSocket: { port: 80 } },
);

const plainContainer = {
  name: containerName,
  image: fc.constantFrom<Json>("app:1", "auto", ""),
  command: fc.constantFrom<Json>(["/app"], []),
  env: fc.constantFrom<Json>([{ name: "A", value: "b" }], [{ name: "A" }, { name: "A" }]),
  ports: fc.constantFrom<Json>(
    [{ name: "http", containerPort: 8080 }],
    [{ containerPort: 15001 }],
    [{ containerPort: -1, hostPort: 1 }],
  ),
  securityContext: fc.constantFrom<Json>({ runAsUser: 1337 }, { runAsNonRoot: true }, { runAsUser: 1.5 }),
  volumeMounts: fc.constantFrom<Json>([{ name: "config", mountPath: "/etc" }]),
  restartPolicy: fc.constant<Json>("Always"),
};

const probedContainer = {
  ...plainContainer,
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: fc.record({ preStop: probe, postStart: probe }),
};

/** Probes are the costly part: no two pods have the same, so that each makes a sidecar of its own. */
const container = fc.oneof(
  { weight: 3, arbitrary: fc.record(plainContainer, { requiredKeys: ["name"] }) },
  { weight: 1, arbitrary: fc.record(probedContainer, { requiredKeys: ["name"] }) },
);

/** Names are nearly always unique, as they must be. */
function containerList(minLength: number, maxLength: number): fc.Arbitrary<Json> {
  const proper = fc.uniqueArray(container, { minLength, maxLength, selector: ({ name }) => name });
  const any = fc.array(container, { minLength, maxLength });
  return fc.oneof({ weight: 15, arbitrary: proper }, { weight: 1, arbitrary: any });
}

const annotations = fc
  .array(
    fc.oneof(
      fc.constantFrom(...properSettings),
      fc.constantFrom(...properSettings),
      fc.tuple(fc.constantFrom(...settingNames), settingValues),
      fc.tuple(fc.constant("outrigger.dev/status"), forgedStatus),
      fc.tuple(fc.constantFrom("prometheus.io/scrape", "prometheus.io/port", "prometheus.io/path"), settingValues),
      fc.tuple(fc.constantFrom("__proto__", "constructor", "toString", "kubernetes.io/config.mirror"), settingValues),
    ),
    { maxLength: 5 },
  )
  .map((entries): Json => Object.fromEntries(entries));

const labels = fc
  .array(
    fc.tuple(fc.constantFrom("app", "outrigger.dev/inject", "outrigger.dev/injected", "__proto__"), settingValues),
    { maxLength: 3 },
  )
  .map((entries): Json => Object.fromEntries(entries));

const pod = fc.record(
  {
    apiVersion: fc.constant<Json>("v1"),
    kind: fc.constant<Json>("Pod"),
    metadata: fc.record(
      {
        name: fc.constantFrom<Json>("web", "ünï"),
        generateName: fc.constant<Json>("web-"),
        labels,
        annotations,
        ownerReferences: fc.constantFrom<Json>(
          [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d9c", uid: "u", controller: true }],
          [{ apiVersion: "batch/v1", kind: "Job", name: "x", uid: "u", controller: true }],
          [],
        ),
      },
      { requiredKeys: ["annotations"] },
    ),
    spec: fc.record(
      {
        containers: containerList(1, 3),
        initContainers: containerList(0, 2),
        volumes: fc.constantFrom<Json>(
          [{ name: "config", emptyDir: {} }],
          [{ name: "outrigger-token", emptyDir: {} }],
          [],
        ),
        imagePullSecrets: fc.constantFrom<Json>([{ name: "x" }], []),
        securityContext: fc.constantFrom<Json>({}, { runAsUser: 1337 }, { fsGroup: 1 }),
        hostNetwork: rarely<Json>(true, false),
        dnsPolicy: fc.constantFrom<Json>("ClusterFirst", "Default"),
        serviceAccountName: fc.constant<Json>("default"),
        nodeSelector: rarely<Json>({ "kubernetes.io/os": "windows" }, {}),
      },
      { requiredKeys: ["containers"] },
    ),
  },
  { requiredKeys: ["metadata", "spec"] },
) as fc.Arbitrary<Json>;

/** The pod as it comes back to the webhook on re-invocation. */
function inject(original: Json): Json {
  const namespace = { name: "shop", labels: { "outrigger.dev/injection": "enabled" }, annotations: {} };
  const outcome = injectPod(original, namespace, context);
  return outcome.result === "injected" ? (JSON.parse(JSON.stringify(outcome.pod)) as Json) : original;
}

const review = fc.record({
  apiVersion: fc.constant<Json>("admission.k8s.io/v1"),
  kind: fc.constant<Json>("AdmissionReview"),
  request: fc.record({
    uid: fc.oneof(fc.uuid(), fc.string({ unit: "binary", minLength: 1, maxLength: 10 })),
    kind: fc.constant<Json>({ group: "", version: "v1", kind: "Pod" }),
    resource: fc.constant<Json>({ group: "", version: "v1", resource: "pods" }),
    namespace: rarely<Json>("kube-system", "shop"),
    operation: fc.constant<Json>("CREATE"),
    userInfo: fc.constant<Json>({ username: "system:serviceaccount:kube-system:replicaset-controller" }),
    dryRun: fc.boolean(),
    object: fc.oneof({ weight: 7, arbitrary: pod }, { weight: 1, arbitrary: pod.map(inject) }),
  }),
}) as fc.Arbitrary<Json>;

/** Stand for text that no JavaScript value should be made of first: put in after the review has become text. */
const deepMarks: Readonly<Record<string, string>> = {
  "\u0001deep-list": "[".repeat(20_000) + "]".repeat(20_000),
  "\u0001deep-object": '{"a":'.repeat(20_000) + "1" + "}".repeat(20_000),
};

const wrongValues = fc.oneof(
  {
    weight: 120,
    arbitrary: fc.constantFrom<Json>(
      null,
      true,
      0,
      -1,
      1.5,
      1e308,
      "",
      "x",
      [],
      {},
      [null],
      [[]],
      { a: null },
      "\ud800",
      "\u0000",
    ),
  },
  { weight: 40, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json> },
  {
    weight: 40,
    arbitrary: fc
      .constantFrom(
        '{"__proto__":{"polluted":true}}',
        '{"constructor":{"prototype":{"polluted":true}}}',
        '{"toString":1,"hasOwnProperty":2,"length":-1}',
      )
      .map((text) => JSON.parse(text) as Json),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Json>(
      "x".repeat(100_000),
      Array.from({ length: 5_000 }, () => ({ name: "a" })),
    ),
  },
  { weight: 4, arbitrary: fc.constantFrom<Json>(...Object.keys(deepMarks)) },
);

/** One damage: the place, by its number in a walk through the review, and what happens there. */
const damage = fc.record({
  place: fc.nat(),
  action: fc.oneof(
    { weight: 50, arbitrary: fc.record({ kind: fc.constant("replace" as const), value: wrongValues }) },
    { weight: 20, arbitrary: fc.constant({ kind: "remove" as const }) },
    {
      weight: 20,
      arbitrary: fc.record({
        kind: fc.constant("add" as const),
        key: fc.constantFrom("__proto__", "constructor", "x", "0"),
        value: wrongValues,
      }),
    },
    { weight: 10, arbitrary: fc.constant({ kind: "repeat" as const }) },
  ),
});

type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never;

/** Every place in a value that holds another value. */
function places(value: Json, found: { holder: Json[] | { [key: string]: Json }; key: string }[] = []): typeof found {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ holder: value, key });
    places((value as { [key: string]: Json })[key] ?? null, found);
  }
  return found;
}

/** Sets an own property, also where it is called `__proto__`. */
function put(holder: object, key: string, value: Json): void {
  // A copy: generated values are shared, and one put into itself would have no end.
  const copy: unknown = JSON.parse(JSON.stringify(value));
  Object.defineProperty(holder, key, { value: copy, enumerable: true, configurable: true, writable: true });
}

function applyDamage(value: Json, { place, action }: Damage): void {
  const all = places(value);
  const target = all[place % Math.max(all.length, 1)];
  if (target === undefined) return;
  const { holder, key } = target;
  if (action.kind === "remove") {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else Reflect.deleteProperty(holder, key);
  } else if (action.kind === "replace") put(holder, key, action.value);
  else if (action.kind === "add" && !Array.isArray(holder)) put(holder, action.key, action.value);
  else if (action.kind === "repeat" && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)] ?? null));
}

function toText(value: Json): string {
  const text = JSON.stringify(value);
  return Object.entries(deepMarks).reduce(
    (result, [mark, deep]) => result.replaceAll(JSON.stringify(mark), deep),
    text,
  );
}

const damages = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(damage, { minLength: 1, maxLength: 4 }) },
);

const damagedReview = fc.tuple(review, damages).map(([value, damages]) => {
  // A copy, since fast-check keeps the original for shrinking.
  const damaged = structuredClone(value);
  for (const one of damages) applyDamage(damaged, one);
  return toText(damaged);
});

/** Text that is cut, or has bytes put into it: mostly no JSON any more. */
const damagedText = fc
  .tuple(damagedReview, fc.nat(), fc.constantFrom("", "\u0000", "}", ",", "\ufeff", "[[[["))
  .map(([text, at, inserted]) => text.slice(0, at % (text.length + 1)) + inserted);

function parse(text: string): HostileReview {
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    return { text, value: undefined };
  }
}

/** Request bodies of every degree of damage. */
export const hostileReviews: fc.Arbitrary<HostileReview> = fc
  .oneof(
    { weight: 300, arbitrary: damagedReview },
    { weight: 10, arbitrary: damagedText },
    { weight: 5, arbitrary: fc.json() },
  )
  .map(parse);
