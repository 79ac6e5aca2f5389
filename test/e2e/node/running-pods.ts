/**
 * Pods that run: creating them, waiting until they are ready, running programs in them.
 */
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { kubectl, kubectlJson, kubectlOk } from "../kubectl.ts";
import type { CommandResult } from "../run-command.ts";
import type { ScenarioContext } from "../scenario.ts";
import { podsOfApp } from "../stored-pod.ts";

/** What the kubelet reports. */
export interface RunningPod extends Pod {
  readonly metadata: NonNullable<Pod["metadata"]> & { readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: Pod["spec"] & { readonly nodeName: string };
  readonly status: {
    readonly podIP: string;
    /** One of each IP family that the cluster has. */
    readonly podIPs: readonly { readonly ip: string }[];
    readonly hostIP: string;
    readonly hostIPs: readonly { readonly ip: string }[];
    readonly phase: string;
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses: readonly ContainerStatus[];
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  /** `containerd://` and its id. */
  readonly containerID: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: {
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number; readonly finishedAt: string };
  };
}

/** Applies objects in a namespace and waits until each Deployment, StatefulSet and Pod among them is ready. */
export async function run(namespace: string, ...objects: readonly object[]): Promise<void> {
  const input = { apiVersion: "v1", kind: "List", items: objects };
  await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input });
  for (const object of objects) await waitUntilReady(namespace, object as NamedObject);
}

interface NamedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

async function waitUntilReady(namespace: string, { kind, metadata }: NamedObject): Promise<void> {
  if (kind === "Deployment" || kind === "StatefulSet") {
    await kubectlOk(["-n", namespace, "rollout", "status", `${kind}/${metadata.name}`, "--timeout=60s"]);
  }
  if (kind === "Pod") {
    await kubectlOk(["-n", namespace, "wait", "--for=condition=Ready", `pod/${metadata.name}`, "--timeout=60s"]);
  }
}

export async function runningPod(namespace: string, name: string): Promise<RunningPod> {
  return kubectlJson<RunningPod>(["-n", namespace, "get", "pod", name]);
}

/** The only pod of a Deployment that is not being deleted. */
export async function podOfDeployment(namespace: string, name: string): Promise<RunningPod> {
  const pods = (await podsOfApp(namespace, name)) as readonly RunningPod[];
  const [pod, ...more] = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (pod === undefined || more.length > 0) throw new Error(`${namespace}/${name} has ${pods.length} pods`);
  return pod;
}

export function nameOf(pod: Pod): string {
  return pod.metadata?.name ?? "";
}

export function isReady({ status }: RunningPod): boolean {
  return status.conditions.some(({ type, status: value }) => type === "Ready" && value === "True");
}

/** How often a container of the pod has been started again; undefined where it has no such container yet. */
export function restartsOf({ status }: RunningPod, container: string): number | undefined {
  const all = [...(status.initContainerStatuses ?? []), ...status.containerStatuses];
  return all.find(({ name }) => name === container)?.restartCount;
}

/** A container's name, and the pod that it is in. */
export interface ContainerPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
}

/** Runs a program in a container and gives what it printed and its exit code. */
export async function execIn(
  place: ContainerPlace,
  command: readonly string[],
  timeoutMs?: number,
): Promise<CommandResult> {
  const container = place.container === undefined ? [] : ["-c", place.container];
  return kubectl(
    ["-n", place.namespace, "exec", place.pod, ...container, "--", ...command],
    timeoutMs === undefined ? {} : { timeoutMs },
  );
}

/** The same where only success will do. */
export async function execOk(place: ContainerPlace, command: readonly string[], timeoutMs?: number): Promise<string> {
  const { code, stdout, stderr } = await execIn(place, command, timeoutMs);
  if (code !== 0) throw new Error(`${place.pod}: ${command.join(" ")}: exit code ${code}\n${stderr}`);
  return stdout;
}

/** Shows the pods, their Events and the proxies' logs of a namespace if the scenario fails. */
export function showPodsOnFailure({ showOnFailure }: ScenarioContext, namespace: string): void {
  const ask = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await kubectl(["-n", namespace, ...args]);
    return stdout + stderr;
  };
  showOnFailure("pods", async () => ask("get", "pods", "-o", "wide"));
  showOnFailure("events", async () => ask("get", "events", "--sort-by=.lastTimestamp"));
  showOnFailure("proxies", async () =>
    ask("logs", "-l", "outrigger.dev/injected=true", "-c", "outrigger-proxy", "--prefix", "--tail=20"),
  );
}
