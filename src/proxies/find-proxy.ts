/**
 * One sidecar, by its pod: whether there is one, and what the control plane has to say about it.
 */
import { carriedStatus } from "../diagnosis/inspect-pod.ts";
import { OutriggerError } from "../errors.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { isNotFound } from "../kubernetes/api.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";
import { answersOf, askControlPlane, silentReplicas } from "./replicas.ts";

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** A Kubernetes name: anything else would be part of a path. */
const podName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Reads `NAME` or `pod/NAME`.
 *
 * @throws OutriggerError `OUTRIGGER_USAGE`
 */
export function parsePodName(operands: readonly string[], namespace: string): PodName {
  const [text, ...more] = operands;
  if (text === undefined || more.length > 0) {
    throw new OutriggerError("OUTRIGGER_USAGE", "give the name of one pod; `outrigger proxy list` shows them");
  }
  const name = text.replace(/^(pods?|po)\//, "");
  if (podName.test(name)) return { namespace, name };
  throw new OutriggerError("OUTRIGGER_USAGE", `${text} is not the name of a pod; its namespace is given by -n`);
}

/** Path of a pod in the API. */
export function podPath({ namespace, name }: PodName): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/**
 * Makes sure that a pod is there and carries our sidecar.
 *
 * @throws OutriggerError `OUTRIGGER_OBJECT_NOT_FOUND`, `OUTRIGGER_NO_SIDECAR`
 */
export async function readSidecarPod(api: KubernetesApi, pod: PodName): Promise<LivePod> {
  const found = await readPod(api, pod);
  if (carriedStatus(found) === undefined) throw new OutriggerError("OUTRIGGER_NO_SIDECAR", describe(pod));
  return found;
}

async function readPod(api: KubernetesApi, pod: PodName): Promise<LivePod> {
  try {
    return await api.request<LivePod>({ method: "GET", path: podPath(pod) });
  } catch (error) {
    if (isNotFound(error)) throw new OutriggerError("OUTRIGGER_OBJECT_NOT_FOUND", describe(pod));
    throw error;
  }
}

/**
 * A page about a proxy, by the replica that it is connected to.
 *
 * @param part as in `/proxies/<namespace>/<pod>/<part>`
 * @throws OutriggerError also `OUTRIGGER_PROXY_NOT_CONNECTED`, `OUTRIGGER_CONTROL_PLANE_SILENT`
 */
export async function askAboutProxy<T>(api: KubernetesApi, pod: PodName, part: string): Promise<T> {
  const found = await readSidecarPod(api, pod);
  if (carriedStatus(found)?.mesh === undefined) {
    throw new OutriggerError("OUTRIGGER_PROXY_NOT_CONNECTED", `the sidecar of ${describe(pod)} is a standalone one`);
  }
  const answers = await askControlPlane<T>(api, `/proxies/${pod.namespace}/${pod.name}/${part}`);
  const [answer] = answersOf(answers);
  if (answer !== undefined) return answer.value;
  const reasons = [`${describe(pod)} is connected to none of the replicas that answer`, ...silentReplicas(answers)];
  throw new OutriggerError("OUTRIGGER_PROXY_NOT_CONNECTED", reasons.join("; "));
}

function describe({ namespace, name }: PodName): string {
  return `pod ${namespace}/${name}`;
}
