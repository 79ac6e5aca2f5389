/**
 * Pods as the API server has stored them: creating and reading them, and what a sidecar looks like in one.
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import type { Container, Pod } from "../../src/kubernetes/pod.ts";
import { kubernetesClient } from "./kubernetes-client.ts";

/** The collection that a namespace's pods are in. */
export function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

/** Creates a pod and gives it as it is stored; throws with the API server's words where it is refused. */
export async function createPod(namespace: string, pod: object): Promise<Pod> {
  const client = await kubernetesClient();
  return client.ok<Pod>("POST", podsPath(namespace), pod);
}

/** Deletes a pod at once. */
export async function deletePod(namespace: string, name: string): Promise<void> {
  const client = await kubernetesClient();
  await client.request("DELETE", `${podsPath(namespace)}/${name}?gracePeriodSeconds=0`);
}

/** The pods of a namespace that carry this `app` label. */
export async function podsOfApp(namespace: string, app: string): Promise<readonly Pod[]> {
  const client = await kubernetesClient();
  const path = `${podsPath(namespace)}?labelSelector=app%3D${app}`;
  return (await client.ok<{ readonly items: readonly Pod[] }>("GET", path)).items;
}

/** Names of its init containers and containers, in order. */
export function containerNames({ spec }: Pod): { readonly init: readonly string[]; readonly app: readonly string[] } {
  return { init: (spec.initContainers ?? []).map(({ name }) => name), app: spec.containers.map(({ name }) => name) };
}

/** The container of this name; fails where there is none, or more than one. */
export function containerOf({ spec }: Pod, name: string): Container {
  const [found, ...more] = [...(spec.initContainers ?? []), ...spec.containers].filter((each) => each.name === name);
  assert.ok(found, `the pod has no container ${name}`);
  assert.equal(more.length, 0, `the pod has several containers ${name}`);
  return found;
}

/** Whether the pod has the whole of a sidecar, exactly once. */
export function hasSidecar(pod: Pod): boolean {
  const { init, app } = containerNames(pod);
  const proxies = [...init, ...app].filter((name) => name === "outrigger-proxy").length;
  return (
    proxies === 1 &&
    pod.metadata?.labels?.["outrigger.dev/injected"] === "true" &&
    pod.metadata.annotations?.["outrigger.dev/status"] !== undefined
  );
}

/** The argument that follows a flag on the proxy's command line. */
export function proxyArgument(pod: Pod, flag: string): string | undefined {
  const args = containerOf(pod, "outrigger-proxy").args ?? [];
  return args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
}

/** What the proxy is started with; the parts that scenarios look at. */
export interface Bootstrap {
  readonly node: { readonly cluster: string; readonly metadata: Readonly<Record<string, unknown>> };
}

/** The proxy's bootstrap, parsed. */
export function bootstrapOf(pod: Pod): Bootstrap {
  return parse(proxyArgument(pod, "--config-yaml") ?? "") as Bootstrap;
}

/** The value of an environment variable of a container; the empty text where the variable has none. */
export function variableOf(pod: Pod, container: string, name: string): string {
  return containerOf(pod, container).env?.find((variable) => variable.name === name)?.value ?? "";
}
