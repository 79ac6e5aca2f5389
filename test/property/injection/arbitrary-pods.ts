/**
 * Pods of every kind that the API server may send: probes, hooks, declared sidecars, settings right and wrong, fields
 * nobody knows.
 */
import fc from "fast-check";
import { settingNames } from "../../../src/injection/annotations/registry.ts";
import type { InjectionContext, NamespaceView } from "../../../src/injection/outcome.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { contextWith } from "../../injected-pods.ts";

const noNull = { noNullPrototype: true } as const;

/** Any JSON, including keys named like Object's own, nulls and nothing. */
const anything = fc.jsonValue({ maxDepth: 2 });
const unknownFields = fc.dictionary(fc.constantFrom("futureField", "x-1", "spec", "terminationMessagePath"), anything, {
  maxKeys: 2,
  ...noNull,
});

const port = fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom("http", "grpc", "8080", "nope"));
const httpGet = fc.record(
  {
    port,
    path: fc.constantFrom("/", "ready", "/a?b=c"),
    host: fc.constantFrom("", "localhost", "10.0.0.1", "example.org"),
    scheme: fc.constantFrom("HTTP", "HTTPS"),
    httpHeaders: fc.constant([{ name: "Host", value: "h" }]),
  },
  { requiredKeys: ["port"], ...noNull },
);
const handler = fc.oneof(
  fc.record({ httpGet }, noNull),
  fc.record({ tcpSocket: fc.record({ port }, noNull) }, noNull),
  fc.record({ grpc: fc.record({ port: fc.integer({ min: 1, max: 65_535 }) }, noNull) }, noNull),
  fc.constant({ exec: { command: ["true"] } }),
);
const probe = fc
  .tuple(handler, fc.record({ periodSeconds: fc.nat(60), timeoutSeconds: fc.nat(9) }, { requiredKeys: [], ...noNull }))
  .map(([what, times]) => ({ ...what, ...times }));
const hook = fc.oneof(fc.record({ httpGet }, noNull), fc.constant({ sleep: { seconds: 1 } }));

const containerFields = {
  image: fc.constant("app:1"),
  ports: fc.subarray([
    { name: "http", containerPort: 8080 },
    { name: "grpc", containerPort: 9090, protocol: "TCP" },
    { containerPort: 15_001 },
  ]),
  readinessProbe: probe,
  livenessProbe: probe,
  startupProbe: probe,
  lifecycle: fc.record({ postStart: hook, preStop: hook }, { requiredKeys: [], ...noNull }),
  securityContext: fc.record({ runAsUser: fc.constantFrom(0, 1000, 1337) }, noNull),
};

function containers(names: readonly string[]): fc.Arbitrary<readonly object[]> {
  const fields = fc.record(containerFields, { requiredKeys: ["image"], ...noNull });
  return fc
    .tuple(
      fc.shuffledSubarray([...names], { minLength: 1 }),
      fc.array(fc.tuple(unknownFields, fields), { minLength: 4, maxLength: 4 }),
    )
    .map(([chosen, all]) => chosen.map((name, index) => ({ ...all[index]?.[0], ...all[index]?.[1], name })));
}

/** Containers of our names, as users and other webhooks declare them. */
const declared = fc.record(
  {
    image: fc.constantFrom("auto", "mine:1"),
    args: fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 2 }),
    env: fc.constantFrom([{ name: "TZ", value: "UTC" }], [{ name: "POD_IP", value: "1.2.3.4" }]),
    resources: fc.constant({ requests: { cpu: "123m" } }),
    securityContext: fc.constant({ runAsUser: 1234 }),
    readinessProbe: fc.constantFrom({ tcpSocket: { port: 15_021 } }, { httpGet: { port: 15_021, path: "/x" } }),
    lifecycle: fc.constant({ preStop: { exec: { command: ["x"] } } }),
    volumeMounts: fc.constant([{ name: "v", mountPath: "/v" }]),
    workingDir: fc.constant("/"),
  },
  { requiredKeys: ["image"], ...noNull },
);
const declaredSidecar = fc.record(
  { proxy: declared, proxyIsInit: fc.boolean(), init: declared },
  { requiredKeys: ["proxyIsInit"], ...noNull },
);

const goodValues: Readonly<Record<string, readonly string[]>> = {
  "proxy-image": ["envoy:1"],
  "proxy-cpu-limit": ["1000m", "2", ""],
  "proxy-memory-request": ["", "1Mi"],
  "proxy-log-level": ["info,upstream:debug"],
  "interception-mode": ["redirect", "tproxy", "none"],
  "include-inbound-ports": ["*", "", "8080"],
  "exclude-inbound-ports": ["8080-9090"],
  "native-sidecar": ["auto", "false"],
  "hold-application": ["true", "false"],
  "rewrite-probes": ["false"],
  "drain-seconds": ["0", "30"],
  overlays: ["one", "one,two"],
};
const settings = fc.record(
  Object.fromEntries(
    Object.entries(goodValues).map(([name, values]) => [`outrigger.dev/${name}`, fc.constantFrom(...values)]),
  ),
  { requiredKeys: [], ...noNull },
);
const otherAnnotations = fc.record(
  {
    mine: fc.string(),
    "prometheus.io/scrape": fc.constantFrom("true", "false"),
    "prometheus.io/port": fc.constantFrom("9102", "8080", "x"),
    "prometheus.io/scheme": fc.constantFrom("http", "https"),
    "kubectl.kubernetes.io/default-container": fc.constant("b"),
  },
  { requiredKeys: [], ...noNull },
);

const spec = fc
  .tuple(
    unknownFields,
    containers(["app", "b", "c"]),
    fc.option(containers(["migrate", "helper"]), { nil: undefined }),
    declaredSidecar,
    fc.record(
      {
        volumes: fc.subarray([{ name: "v" }, { name: "outrigger-hold" }, { name: "outrigger-identity" }]),
        imagePullSecrets: fc.subarray([{ name: "own" }, { name: "registry" }]),
        restartPolicy: fc.constantFrom("Always", "Never"),
        securityContext: fc.constant({ runAsUser: 1337 }),
      },
      { requiredKeys: [], ...noNull },
    ),
  )
  .map(([unknown, main, init, { proxy, proxyIsInit, init: ownInit }, others]) => {
    const asProxy = proxy === undefined ? [] : [{ ...proxy, name: "outrigger-proxy" }];
    const asInit = ownInit === undefined ? [] : [{ ...ownInit, name: "outrigger-init" }];
    const initContainers = [...(init ?? []), ...asInit, ...(proxyIsInit ? asProxy : [])];
    return {
      ...unknown,
      ...others,
      containers: [...(proxyIsInit ? [] : asProxy), ...main],
      ...(initContainers.length > 0 ? { initContainers } : {}),
    };
  });

/** Pods that can be injected; lists are never empty and objects never left over, as the API server leaves those out. */
export const pods: fc.Arbitrary<Pod> = fc
  .tuple(
    unknownFields,
    fc.record(
      { annotations: fc.tuple(settings, otherAnnotations).map(([one, other]) => ({ ...one, ...other })) },
      { requiredKeys: [], ...noNull },
    ),
    spec,
  )
  .map(([unknown, metadata, of]) =>
    tidy({ ...unknown, metadata: { name: "web-1", labels: { app: "web" }, ...metadata }, spec: of }),
  );

interface Untidy {
  readonly metadata: { readonly name: string; readonly labels: object; readonly annotations?: object };
  readonly spec: object;
}

function tidy(pod: Untidy): Pod {
  const withoutEmpty = (object: object): object =>
    Object.fromEntries(Object.entries(object).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
  const { annotations, ...metadata } = pod.metadata;
  const kept = annotations === undefined || Object.keys(annotations).length === 0 ? metadata : pod.metadata;
  return { ...pod, metadata: kept, spec: withoutEmpty(pod.spec) } as unknown as Pod;
}

/** Pods whose labels and annotations may say anything. */
export const podsWithAnyTexts: fc.Arbitrary<Pod> = fc
  .tuple(
    pods,
    fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          ...settingNames.map((name) => `outrigger.dev/${name}`),
          "outrigger.dev/inject",
          "outrigger.dev/status",
        ),
        fc.string().map((text) => `outrigger.dev/${text}`),
        fc.string(),
      ),
      fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("true", "80", "*", "{}", "1Gi", "\n", "__proto__")),
      { maxKeys: 4, ...noNull },
    ),
    fc.boolean(),
  )
  .map(([pod, texts, asLabels]) => {
    const field = asLabels ? "labels" : "annotations";
    return { ...pod, metadata: { ...pod.metadata, [field]: { ...pod.metadata?.[field], ...texts } } };
  });

const overlays = {
  one: {
    metadata: { labels: { one: "1" } },
    spec: { containers: [{ name: "outrigger-proxy", env: [{ name: "ONE", value: "1" }] }] },
  },
  two: {
    spec: {
      hostAliases: [{ ip: "192.0.2.1", hostnames: ["h"] }],
      containers: [{ name: "outrigger-proxy", env: [{ name: "ONE", value: "2" }] }],
    },
  },
};

/** Made once: what is remembered per context is then remembered here, too. */
const contextChoices = (["standalone", "mesh"] as const).flatMap((mode) =>
  [true, false].map((nativeSidecars) =>
    contextWith({ mode, overlays, proxy: { imagePullSecrets: ["registry"] } }, { nativeSidecars }),
  ),
);

export const contexts: fc.Arbitrary<InjectionContext> = fc.constantFrom(...contextChoices);

export const enabled: NamespaceView = {
  name: "shop",
  labels: { "outrigger.dev/injection": "enabled" },
  annotations: {},
};
