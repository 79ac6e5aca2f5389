/**
 * Explains what is in a cluster: one pod, a workload with its pods, a namespace with all of its. The decisions are the
 * webhook's own, on the mesh config and the labels that are there now.
 */
import { OutriggerError } from "../errors.ts";
import { injectPod } from "../injection/inject.ts";
import type { InjectionContext, InjectionOutcome, NamespaceView } from "../injection/outcome.ts";
import type { Reason } from "../injection/reasons.ts";
import { describeObject, objectPath } from "../installation/manifest.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { isNotFound } from "../kubernetes/api.ts";
import { version as ownVersion } from "../version.ts";
import { describeOwner } from "../workloads/describe-owner.ts";
import { findPodTemplates } from "../workloads/pod-templates.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";
import { attempt, valueOf } from "./attempt.ts";
import type { ExplainTarget } from "./explain-target.ts";
import type { PodSurroundings, SidecarFinding, SidecarState } from "./inspect-pod.ts";
import { inspectPod } from "./inspect-pod.ts";
import { probeAny, probeNamespaces } from "./probe-webhook.ts";
import { livePods, readNamespace } from "./read-cluster.ts";
import { readLiveContext } from "./read-live-context.ts";
import { referenceOf } from "./reference.ts";

/** How many pods are in each state; those with none are left out. */
export type StateCounts = Readonly<Partial<Record<SidecarState, number>>>;

export interface PodExplanation {
  readonly what: "pod";
  readonly title: string;
  readonly finding: SidecarFinding;
}

export interface WorkloadExplanation {
  readonly what: "workload";
  readonly title: string;
  /** Of its template. */
  readonly outcome: InjectionOutcome;
  readonly pods: StateCounts;
}

export interface NamespaceExplanation {
  readonly what: "namespace";
  readonly title: string;
  /** What becomes of a pod that says nothing itself. */
  readonly plainPod: InjectionOutcome;
  /** The most frequent reason first. */
  readonly reasons: readonly ReasonCount[];
}

export interface ReasonCount {
  readonly result: InjectionOutcome["result"];
  readonly reason: Reason;
  readonly pods: StateCounts;
}

export type LiveExplanation = PodExplanation | WorkloadExplanation | NamespaceExplanation;

/** Says nothing about injection itself. */
const plainPod = { metadata: { generateName: "any-" }, spec: { containers: [{ name: "app", image: "app" }] } };

/** What the decisions are made by, with the webhook's own word on what is up to date where it can be had. */
export async function readSurroundings(api: KubernetesApi, namespace: string): Promise<PodSurroundings> {
  const context = await readLiveContext(api);
  const view = await found(`Namespace ${namespace}`, () => readNamespace(api, namespace));
  const probe = await attempt(() => probeAny(api, probeNamespaces([view], context)));
  return { namespace: view, context, reference: referenceOf(valueOf(probe)?.result, context, ownVersion) };
}

async function found<T>(title: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (isNotFound(cause)) throw new OutriggerError("OUTRIGGER_OBJECT_NOT_FOUND", title, { cause });
    throw cause;
  }
}

function addTo(counts: StateCounts, state: SidecarState): StateCounts {
  return { ...counts, [state]: (counts[state] ?? 0) + 1 };
}

/** Counts states by result and reason. Pure but for the reading of the pods. */
export async function countReasons(
  pods: AsyncIterable<LivePod> | Iterable<LivePod>,
  surroundings: PodSurroundings,
): Promise<readonly ReasonCount[]> {
  const byReason = new Map<string, ReasonCount>();
  for await (const pod of pods) {
    const { state, outcome } = inspectPod(pod, surroundings);
    const { result, reason } = outcome;
    const before = byReason.get(reason) ?? { result, reason, pods: {} };
    byReason.set(reason, { ...before, pods: addTo(before.pods, state) });
  }
  return [...byReason.values()].sort((one, other) => total(other.pods) - total(one.pods));
}

/** All pods of the counts. */
export function total(counts: StateCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function decideTemplate(object: unknown, namespace: NamespaceView, context: InjectionContext): InjectionOutcome {
  const [template] = findPodTemplates(object);
  return injectPod(template?.pod, namespace, context, template?.workload.name);
}

async function explainWorkload(
  api: KubernetesApi,
  { name, ...kind }: ExplainTarget,
  surroundings: PodSurroundings,
): Promise<WorkloadExplanation> {
  const { namespace, context } = surroundings;
  const reference = { ...kind, metadata: { name, namespace: namespace.name } };
  const title = describeObject(reference);
  const object = await found(title, () => api.request<object>({ method: "GET", path: objectPath(reference) }));
  let pods: StateCounts = {};
  for await (const pod of livePods(api, namespace.name)) {
    const owner = describeOwner(pod);
    if (owner.kind === kind.kind && owner.name === name) pods = addTo(pods, inspectPod(pod, surroundings).state);
  }
  return { what: "workload", title, outcome: decideTemplate({ ...kind, ...object }, namespace, context), pods };
}

/**
 * Explains what the target names.
 *
 * @param namespace of the target, unless it is a namespace itself
 * @throws OutriggerError where there is no such object, or Outrigger is not installed; ApiError for refusals
 */
export async function explainLive(
  api: KubernetesApi,
  target: ExplainTarget,
  namespace: string,
): Promise<LiveExplanation> {
  const { kind, name } = target;
  const surroundings = await readSurroundings(api, kind === "Namespace" ? name : namespace);
  if (kind === "Namespace") {
    const reasons = await countReasons(livePods(api, name), surroundings);
    const plain = injectPod(plainPod, surroundings.namespace, surroundings.context);
    return { what: "namespace", title: `Namespace ${name}`, plainPod: plain, reasons };
  }
  if (kind !== "Pod") return explainWorkload(api, target, surroundings);
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const title = `Pod ${namespace}/${name}`;
  const pod = await found(title, () => api.request<LivePod>({ method: "GET", path }));
  return { what: "pod", title, finding: inspectPod(pod, surroundings) };
}
