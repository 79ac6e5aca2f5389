/**
 * What tests of the injector share: a cluster's context, pods, and ways to look at what was injected.
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { defaultMeshConfig } from "../src/config/defaults.ts";
import { hashMeshConfig } from "../src/config/hash.ts";
import type { MeshConfig } from "../src/config/schema.ts";
import { initContainerName, proxyContainerName } from "../src/envoy/ports.ts";
import { injectPod } from "../src/injection/inject.ts";
import type { InjectionContext, InjectionOutcome, NamespaceView } from "../src/injection/outcome.ts";
import type { Container, Pod, PodSpec } from "../src/kubernetes/pod.ts";
import { allContainers } from "../src/kubernetes/pod.ts";
import type { Problem } from "../src/problem.ts";

/** Changes to the default mesh config; the nested parts are changed field by field. */
export type ConfigChanges = Partial<Omit<MeshConfig, "injection" | "proxy" | "compatibility">> & {
  readonly [part in "injection" | "proxy" | "compatibility"]?: Partial<MeshConfig[part]>;
};

export function configWith(changes: ConfigChanges = {}): MeshConfig {
  const { injection, proxy, compatibility } = defaultMeshConfig;
  return {
    ...defaultMeshConfig,
    ...changes,
    injection: { ...injection, ...changes.injection },
    proxy: { ...proxy, ...changes.proxy },
    compatibility: { ...compatibility, ...changes.compatibility },
  };
}

/** A recent cluster with both IP families. */
export function contextWith(
  changes: ConfigChanges = {},
  surroundings: Partial<Omit<InjectionContext, "config">> = {},
): InjectionContext {
  const config = configWith(changes);
  return {
    config,
    configHash: hashMeshConfig(config),
    version: "1.2.3",
    meshNamespace: "outrigger-system",
    nativeSidecars: true,
    ipFamilies: ["IPv4", "IPv6"],
    drainKey: "key",
    ...surroundings,
  };
}

/** A cluster without native sidecars. */
export function classicContext(changes: ConfigChanges = {}): InjectionContext {
  return contextWith(changes, { nativeSidecars: false });
}

/** Namespace `shop`, enabled unless its labels are given. */
export function namespaceWith(
  annotations: Readonly<Record<string, string>> = {},
  labels: Readonly<Record<string, string>> = { "outrigger.dev/injection": "enabled" },
): NamespaceView {
  return { name: "shop", labels, annotations };
}

export const app: Container = { name: "app", image: "app:1", ports: [{ name: "http", containerPort: 8080 }] };

/** The pod of ReplicaSet `web-5d9c` of Deployment `web`, with one container unless the spec says otherwise. */
export function podWith(
  annotations: Readonly<Record<string, string>> = {},
  spec: Partial<PodSpec> & Readonly<Record<string, unknown>> = {},
  labels: Readonly<Record<string, string>> = {},
): Pod {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d9c", uid: "u", controller: true };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: "web-5d9c-",
      namespace: "shop",
      labels: { app: "web", "pod-template-hash": "5d9c", ...labels },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ownerReferences: [owner],
    },
    spec: { containers: [app], ...spec },
  };
}

/** Annotation suffixes -> annotations. */
export function ours(settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(settings).map(([suffix, text]) => [`outrigger.dev/${suffix}`, text]));
}

/** A pod whose container `app` has these fields as well. */
export function appPod(
  fields: Readonly<Record<string, unknown>>,
  annotations: Readonly<Record<string, string>> = {},
): Pod {
  return podWith(annotations, { containers: [{ ...app, ...fields }] });
}

export type Injected = Extract<InjectionOutcome, { result: "injected" }>;

/** The outcome of an injection that must succeed. */
export function inject(pod: unknown, context = contextWith(), namespace = namespaceWith()): Injected {
  const outcome = injectPod(pod, namespace, context);
  assert.equal(outcome.result, "injected", JSON.stringify(outcome));
  return outcome;
}

/** The problems of an injection that must be refused. */
export function refuse(pod: unknown, context = contextWith(), namespace = namespaceWith()): readonly Problem[] {
  const outcome = injectPod(pod, namespace, context);
  if (outcome.result !== "rejected") assert.fail(`not refused but ${outcome.result}`);
  return outcome.problems;
}

function only(pod: Pod, name: string): Container | undefined {
  const found = allContainers(pod.spec).filter((container) => container.name === name);
  assert.ok(found.length <= 1, `${name} is there ${found.length} times`);
  return found[0];
}

/** The injected pod's proxy. */
export function proxyOf(pod: Pod): Container {
  const proxy = only(pod, proxyContainerName);
  assert.ok(proxy, "the pod has a proxy");
  return proxy;
}

export function initOf(pod: Pod): Container | undefined {
  return only(pod, initContainerName);
}

/** Names of init containers and containers, in order. */
export function namesOf({ spec }: Pod): { readonly init: readonly string[]; readonly main: readonly string[] } {
  return { init: (spec.initContainers ?? []).map(({ name }) => name), main: spec.containers.map(({ name }) => name) };
}

/** The value after a flag of the proxy's command line. */
export function flagOf(pod: Pod, flag: string): string | undefined {
  const args = proxyOf(pod).args ?? [];
  const index = args.indexOf(flag);
  return index < 0 ? undefined : args[index + 1];
}

/** The parts of a bootstrap that tests look at. */
export interface ReadBootstrap {
  readonly node: { readonly cluster: string; readonly metadata: Readonly<Record<string, unknown>> };
  readonly dynamic_resources?: object;
  readonly static_resources: { readonly listeners: readonly object[]; readonly clusters: readonly object[] };
}

/** Reading one takes some 30 ms, and most pods of a test have the same. */
const bootstraps = new Map<string, ReadBootstrap>();

export function bootstrapOf(pod: Pod): ReadBootstrap {
  const text = flagOf(pod, "--config-yaml") ?? "";
  const bootstrap = bootstraps.get(text) ?? (parse(text) as ReadBootstrap);
  bootstraps.set(text, bootstrap);
  return bootstrap;
}

/** The IPv4 rules that the init container is given; empty where there are none. */
export function rulesOf(pod: Pod): string {
  return initOf(pod)?.env?.find(({ name }) => name === "OUTRIGGER_IPTABLES_V4")?.value ?? "";
}

/** The value of the status annotation. */
export function statusOf(pod: Pod): Readonly<Record<string, unknown>> {
  return JSON.parse(pod.metadata?.annotations?.["outrigger.dev/status"] ?? "{}") as Readonly<Record<string, unknown>>;
}
