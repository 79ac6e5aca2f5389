/**
 * The control plane's replicas, asked one by one for their pages, which they serve on their loopback interface: through a port
 * that the API server forwards. A replica knows only the proxies that are connected to it, so whoever wants to know all asks all.
 */
import type { Attempt } from "../diagnosis/attempt.ts";
import { attempt, valueOf } from "../diagnosis/attempt.ts";
import { readPodsOf } from "../diagnosis/read-cluster.ts";
import { OutriggerError } from "../errors.ts";
import { controlPlaneName, pagesPort, systemNamespace } from "../installation/names.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { readPodPage } from "../kubernetes/pod-page.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";
import { whyNotReady } from "../workloads/why-not-ready.ts";

/** What one replica says. */
export interface ReplicaAnswer<T> {
  /** The pod's name. */
  readonly replica: string;
  /** `absent`: it has no such page. */
  readonly answer: Attempt<T>;
}

const timeoutMs = 10_000;

/** The pods of the control plane that are not on their way out. */
export async function readControlPlanePods(api: KubernetesApi): Promise<readonly LivePod[]> {
  return readPodsOf(api, controlPlaneName);
}

/** Asks each of these pods for a page; a pod that does not answer keeps nobody from hearing the others. */
export async function askReplicas<T>(
  api: KubernetesApi,
  pods: readonly LivePod[],
  page: string,
): Promise<readonly ReplicaAnswer<T>[]> {
  return Promise.all(
    pods.map(async ({ metadata }) => {
      const replica = metadata?.name ?? "";
      const request = { namespace: systemNamespace, pod: replica, port: pagesPort, path: page, timeoutMs };
      return { replica, answer: await attempt(() => readPodPage<T>(api, request)) };
    }),
  );
}

/**
 * A page of all replicas.
 *
 * @throws OutriggerError `OUTRIGGER_CONTROL_PLANE_SILENT` where none of them answers
 */
export async function askControlPlane<T>(api: KubernetesApi, page: string): Promise<readonly ReplicaAnswer<T>[]> {
  const pods = await readControlPlanePods(api);
  const answers = await askReplicas<T>(api, pods, page);
  if (answers.some(({ answer }) => answer.state !== "unknown")) return answers;
  if (pods.length === 0) throw new OutriggerError("OUTRIGGER_CONTROL_PLANE_SILENT", "it has no pods");
  const reasons = [...whyNotReady(pods), ...answers.map(describeSilence)];
  throw new OutriggerError("OUTRIGGER_CONTROL_PLANE_SILENT", `\n${reasons.join("\n")}`);
}

/** Why each replica that did not answer did not. */
export function silentReplicas(answers: readonly ReplicaAnswer<unknown>[]): readonly string[] {
  return answers.filter(({ answer }) => answer.state === "unknown").map(describeSilence);
}

function describeSilence({ replica, answer }: ReplicaAnswer<unknown>): string {
  return `replica ${replica} could not be asked: ${answer.state === "unknown" ? answer.why : "it has no such page"}`;
}

/** What the replicas that answered have said. */
export function answersOf<T>(
  answers: readonly ReplicaAnswer<T>[],
): readonly { readonly replica: string; readonly value: T }[] {
  return answers.flatMap(({ replica, answer }) => {
    const value = valueOf(answer);
    return value === undefined ? [] : [{ replica, value }];
  });
}
