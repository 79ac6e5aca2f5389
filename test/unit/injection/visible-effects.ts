/**
 * Every annotation, and where in the injected pod its value can be seen: nothing is parsed without effect.
 */
import type { SettingName } from "../../../src/injection/annotations/registry.ts";
import type { InjectionContext } from "../../../src/injection/outcome.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { appPod, bootstrapOf, contextWith, flagOf, namesOf, podWith, proxyOf, rulesOf } from "../../injected-pods.ts";

export interface VisibleEffect {
  /** What the annotation's effect looks like in an injected pod. */
  readonly look: (pod: Pod) => unknown;
  /** What is seen when nobody sets anything. */
  readonly builtIn: unknown;
  /** Value -> what is seen then; at least two, none of them the built-in default unless there are only two. */
  readonly seen: readonly (readonly [text: string, seen: unknown])[];
  /** The pod in which it can be seen, if not the plain one. */
  readonly pod?: Pod;
  readonly context?: InjectionContext;
}

/** The rules that have this text, without their comments. */
function rulesWith(text: string): (pod: Pod) => readonly string[] {
  return (pod) =>
    rulesOf(pod)
      .split("\n")
      .filter((line) => line.includes(text))
      .map((line) => line.replace(/ -m comment --comment "[^"]*"/, "").replace(/^-A OUTRIGGER_/, ""));
}

const countOf = (text: string, part: string): number => text.split(part).length - 1;

/** The access logs of the captured traffic: how many there are, and how many of them only tell of failures. */
function accessLogs(pod: Pod): readonly [number, number] {
  const text = JSON.stringify(bootstrapOf(pod));
  const logs = countOf(text, '{"name":"stdout"');
  return [logs, countOf(text, '{"name":"stdout","filter"')];
}

const requests = (resource: string) => (pod: Pod) => proxyOf(pod).resources?.requests?.[resource];
const limits = (resource: string) => (pod: Pod) => proxyOf(pod).resources?.limits?.[resource];
const inbound = (ports: string): string => `INBOUND -p tcp ${ports} --syn -j REDIRECT --to-ports 15006`;
const labelled = (label: string): object => ({ metadata: { labels: { [label]: "yes" } } });

const classic = contextWith({}, { nativeSidecars: false });
const traced = contextWith({ tracing: { host: "collector.observability.svc", port: 4317 } });
const overlaid = contextWith({ overlays: { one: labelled("one"), two: labelled("two"), three: labelled("three") } });

export const visibleEffects: Readonly<Record<SettingName, VisibleEffect>> = {
  "proxy-image": {
    look: (pod) => proxyOf(pod).image,
    builtIn: "docker.io/envoyproxy/envoy:distroless-v1.40.0",
    seen: [
      ["envoy", "envoy"],
      ["registry.example:5000/team/envoy_proxy:v1.40.0", "registry.example:5000/team/envoy_proxy:v1.40.0"],
      [`envoy@sha256:${"0f".repeat(32)}`, `envoy@sha256:${"0f".repeat(32)}`],
    ],
  },
  "proxy-cpu-request": {
    look: requests("cpu"),
    builtIn: "50m",
    seen: [
      ["100m", "100m"],
      ["0.5", "0.5"],
      ["1e-1", "1e-1"],
      ["", undefined],
    ],
  },
  "proxy-cpu-limit": {
    look: limits("cpu"),
    builtIn: undefined,
    seen: [
      ["2", "2"],
      ["1500m", "1500m"],
      ["", undefined],
    ],
  },
  "proxy-memory-request": {
    look: requests("memory"),
    builtIn: "64Mi",
    seen: [
      ["128Mi", "128Mi"],
      ["1e8", "1e8"],
      ["", undefined],
    ],
  },
  "proxy-memory-limit": {
    look: limits("memory"),
    builtIn: undefined,
    seen: [
      ["1Gi", "1Gi"],
      ["200M", "200M"],
      ["", undefined],
    ],
  },
  "proxy-log-level": {
    look: (pod) => [flagOf(pod, "--log-level"), flagOf(pod, "--component-log-level")],
    builtIn: ["warning", undefined],
    seen: [
      ["info", ["info", undefined]],
      ["error,upstream:debug", ["error", "upstream:debug"]],
      ["warn,upstream:debug,http2:trace", ["warn", "upstream:debug,http2:trace"]],
    ],
  },
  "proxy-concurrency": {
    look: (pod) => flagOf(pod, "--concurrency"),
    builtIn: "2",
    seen: [
      ["1", "1"],
      ["1024", "1024"],
      ["0", undefined],
    ],
  },
  "interception-mode": {
    look: (pod) => [
      rulesOf(pod).includes("-j REDIRECT --to-ports 15006"),
      rulesOf(pod).includes("-j TPROXY"),
      proxyOf(pod).securityContext?.runAsUser,
      bootstrapOf(pod).static_resources.listeners.length,
    ],
    builtIn: [true, false, 1337, 5],
    seen: [
      ["tproxy", [false, true, 0, 5]],
      ["none", [false, false, 1337, 3]],
      ["redirect", [true, false, 1337, 5]],
    ],
  },
  "include-inbound-ports": {
    look: rulesWith("--to-ports 15006"),
    builtIn: ["INBOUND -p tcp --syn -j REDIRECT --to-ports 15006"],
    seen: [
      ["80", [inbound("-m tcp --dport 80")]],
      ["80, 8000-8099", [inbound("-m multiport --dports 80,8000:8099")]],
      ["", []],
      ["*", ["INBOUND -p tcp --syn -j REDIRECT --to-ports 15006"]],
    ],
  },
  "exclude-inbound-ports": {
    look: rulesWith('"exclude-inbound-ports:'),
    builtIn: [],
    seen: [
      ["22", ["INBOUND -p tcp -m tcp --dport 22 -j RETURN"]],
      ["9000-9001,65535", ["INBOUND -p tcp -m multiport --dports 9000:9001,65535 -j RETURN"]],
    ],
  },
  "include-outbound-ports": {
    look: rulesWith('"include-outbound-ports:'),
    builtIn: [],
    pod: podWith({ "outrigger.dev/include-outbound-cidrs": "10.0.0.0/8" }),
    seen: [
      ["443", ["OUTBOUND -p tcp -m tcp --dport 443 -j REDIRECT --to-ports 15001"]],
      ["1-9", ["OUTBOUND -p tcp -m tcp --dport 1:9 -j REDIRECT --to-ports 15001"]],
    ],
  },
  "exclude-outbound-ports": {
    look: rulesWith('"exclude-outbound-ports:'),
    builtIn: [],
    seen: [
      ["25", ["OUTBOUND -p tcp -m tcp --dport 25 -j RETURN"]],
      ["25,587", ["OUTBOUND -p tcp -m multiport --dports 25,587 -j RETURN"]],
    ],
  },
  "include-outbound-cidrs": {
    look: rulesWith("--to-ports 15001"),
    builtIn: ["OUTBOUND -p tcp -j REDIRECT --to-ports 15001"],
    seen: [
      ["10.0.0.0/8", ["OUTBOUND -d 10.0.0.0/8 -p tcp -j REDIRECT --to-ports 15001"]],
      ["192.0.2.1, fd00::/8", ["OUTBOUND -d 192.0.2.1/32 -p tcp -j REDIRECT --to-ports 15001"]],
      ["", []],
      ["*", ["OUTBOUND -p tcp -j REDIRECT --to-ports 15001"]],
    ],
  },
  "exclude-outbound-cidrs": {
    look: rulesWith('"exclude-outbound-cidrs:'),
    builtIn: [],
    seen: [
      ["10.96.0.1", ["OUTBOUND -d 10.96.0.1/32 -j RETURN"]],
      ["169.254.0.0/16,fd00::1", ["OUTBOUND -d 169.254.0.0/16 -j RETURN"]],
    ],
  },
  "exclude-interfaces": {
    look: rulesWith('"exclude-interfaces:'),
    builtIn: [],
    seen: [
      ["net1", ["INBOUND -i net1 -j RETURN", "OUTBOUND -o net1 -j RETURN"]],
      ["eth0.100", ["INBOUND -i eth0.100 -j RETURN", "OUTBOUND -o eth0.100 -j RETURN"]],
    ],
  },
  "opaque-ports": {
    look: (pod) => [
      bootstrapOf(pod).node.metadata["opaquePorts"],
      JSON.stringify(bootstrapOf(pod)).match(/"start":\d+/g)?.length ?? 0,
    ],
    builtIn: ["25,587,3306,4444,5432,6379,9300,11211", 16],
    seen: [
      ["9042", ["9042", 2]],
      ["9042,27017-27019", ["9042,27017-27019", 4]],
      ["", ["", 0]],
    ],
  },
  "native-sidecar": {
    look: (pod) => namesOf(pod),
    builtIn: { init: ["outrigger-proxy", "outrigger-init"], main: ["app"] },
    seen: [
      ["false", { init: ["outrigger-init"], main: ["outrigger-proxy", "app"] }],
      ["true", { init: ["outrigger-proxy", "outrigger-init"], main: ["app"] }],
      ["auto", { init: ["outrigger-proxy", "outrigger-init"], main: ["app"] }],
    ],
  },
  "hold-application": {
    look: (pod) => [namesOf(pod).main, proxyOf(pod).lifecycle?.postStart?.exec !== undefined],
    builtIn: [["outrigger-proxy", "app"], true],
    context: classic,
    seen: [
      ["false", [["app", "outrigger-proxy"], false]],
      ["true", [["outrigger-proxy", "app"], true]],
    ],
  },
  "rewrite-probes": {
    look: (pod) => pod.spec.containers[0]?.readinessProbe?.httpGet?.port,
    builtIn: 15_020,
    pod: appPod({ readinessProbe: { httpGet: { port: 8080 } } }),
    seen: [
      ["false", 8080],
      ["true", 15_020],
    ],
  },
  "drain-seconds": {
    look: (pod) => [flagOf(pod, "--drain-time-s"), proxyOf(pod).lifecycle?.preStop?.httpGet?.port],
    builtIn: ["5", 15_021],
    seen: [
      ["30", ["30", 15_021]],
      ["3600", ["3600", 15_021]],
      ["0", ["0", undefined]],
    ],
  },
  overlays: {
    look: (pod) => Object.keys(pod.metadata?.labels ?? {}).filter((key) => ["one", "two", "three"].includes(key)),
    builtIn: [],
    context: overlaid,
    seen: [
      ["one", ["one"]],
      ["two, three", ["two", "three"]],
    ],
  },
  "access-log": {
    look: (pod) => [bootstrapOf(pod).node.metadata["accessLog"], ...accessLogs(pod)],
    builtIn: ["errors", 4, 4],
    seen: [
      ["all", ["all", 4, 0]],
      ["off", ["off", 0, 0]],
    ],
  },
  "trace-sampling": {
    look: (pod) => /"numerator":(\d+)/.exec(JSON.stringify(bootstrapOf(pod)))?.[1],
    builtIn: "10000",
    context: traced,
    seen: [
      ["100", "1000000"],
      ["12.5", "125000"],
      ["0", "0"],
    ],
  },
};

/** The pod in which a setting's effect can be seen, with more annotations. */
export function podFor({ pod = podWith() }: VisibleEffect, annotations: Readonly<Record<string, string>>): Pod {
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, ...annotations } },
  };
}

/** The context, with these values in `proxy.defaults`. */
export function contextFor(
  { context = contextWith() }: VisibleEffect,
  defaults: Readonly<Record<string, string>> = {},
): InjectionContext {
  const { config } = context;
  return { ...context, config: { ...config, proxy: { ...config.proxy, defaults } } };
}
