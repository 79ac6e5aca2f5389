/**
 * Why pods are not ready, from their status: what `kubectl describe pod` would show at the place one looks first. Pure.
 */
import type { Pod } from "../kubernetes/pod.ts";

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number; readonly message?: string };
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** A pod as it is read from a cluster. */
export interface LivePod extends Pod {
  readonly metadata?: Pod["metadata"] & { readonly deletionTimestamp?: string };
  readonly spec: Pod["spec"] & { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** Whether every container is ready and every readiness gate passed. */
export function isReady({ status }: LivePod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}

/** Whether the pod is on its way out, or has done its work. */
export function isOver({ metadata, status }: LivePod): boolean {
  return metadata?.deletionTimestamp !== undefined || status?.phase === "Succeeded" || status?.phase === "Failed";
}

function sentence(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(": ");
}

/** Reasons that are the ordinary course of a start. */
const ordinary: readonly (string | undefined)[] = ["PodInitializing", "ContainerCreating"];

function whyContainer({ name, state = {}, lastState = {} }: ContainerStatus): string | undefined {
  const { waiting, terminated } = state;
  if (waiting !== undefined && !ordinary.includes(waiting.reason)) {
    const last = lastState.terminated;
    const exit = last?.exitCode === undefined ? undefined : `its last run ended with exit code ${last.exitCode}`;
    return sentence(`container ${name} waits`, waiting.reason, waiting.message, exit);
  }
  if (terminated?.exitCode === undefined || terminated.exitCode === 0) return undefined;
  return sentence(`container ${name} ended with exit code ${terminated.exitCode}`, terminated.reason);
}

function whyPod(pod: LivePod): string {
  const { initContainerStatuses = [], containerStatuses = [], conditions = [], phase } = pod.status ?? {};
  const [container] = [...initContainerStatuses, ...containerStatuses].flatMap((status) => whyContainer(status) ?? []);
  if (container !== undefined) return container;
  const unscheduled = conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled !== undefined) return sentence("no node takes it", unscheduled.message);
  if (pod.spec.nodeName === undefined) return "no node has been chosen for it yet";
  return phase === "Running" ? "it runs and its readiness probe fails" : "it is still starting";
}

/** One sentence for each pod that is not ready; pods that are over do not count. */
export function whyNotReady(pods: readonly LivePod[]): readonly string[] {
  return pods
    .filter((pod) => !isOver(pod) && !isReady(pod))
    .map((pod) => `pod ${pod.metadata?.name ?? ""}: ${whyPod(pod)}`);
}
