/**
 * What has to be known of a mesh to say whether its control plane does its work. Collected here, judged by
 * `checks/control-plane.ts`.
 */
import type { ReplicaCertificates } from "../control-plane/pages/pages.ts";
import type { ObjectProblems } from "../control-plane/model/problem-book.ts";
import { controlPlaneName, meshTlsDefinition } from "../installation/names.ts";
import type { KubernetesApi, KubernetesObject } from "../kubernetes/api.ts";
import type { ProxyList } from "../proxies/read-proxies.ts";
import { readProxies } from "../proxies/read-proxies.ts";
import type { ReplicaAnswer } from "../proxies/replicas.ts";
import { askReplicas, readControlPlanePods } from "../proxies/replicas.ts";
import { isReady } from "../workloads/why-not-ready.ts";
import type { Attempt } from "./attempt.ts";
import { attempt, valueOf } from "./attempt.ts";
import type { ReplicaFacts } from "./checks/replicas.ts";
import { readDeployment } from "./read-cluster.ts";

export interface ControlPlaneFacts {
  readonly replicas: ReplicaFacts;
  /** The MeshTLS CRD. */
  readonly definition: Attempt<KubernetesObject>;
  /** Of each replica that is ready. */
  readonly certificates: readonly ReplicaAnswer<ReplicaCertificates>[];
  /** Of each replica that is ready: what it finds wrong with objects. */
  readonly problems: readonly ReplicaAnswer<readonly ObjectProblems[]>[];
  readonly proxies: Attempt<ProxyList>;
}

/** Collects them; rejects never. */
export async function collectControlPlaneFacts(api: KubernetesApi, nodes: Attempt<number>): Promise<ControlPlaneFacts> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${meshTlsDefinition}`;
  const [deployment, pods, definition] = await Promise.all([
    attempt(() => readDeployment(api, controlPlaneName)),
    attempt(() => readControlPlanePods(api)),
    attempt(() => api.request<KubernetesObject>({ method: "GET", path })),
  ]);
  const ready = (valueOf(pods) ?? []).filter(isReady);
  const [certificates, problems, proxies] = await Promise.all([
    askReplicas<ReplicaCertificates>(api, ready, "/certificates"),
    askReplicas<readonly ObjectProblems[]>(api, ready, "/problems"),
    attempt(() => readProxies(api, undefined)),
  ]);
  return { replicas: { deployment, pods, nodes }, definition, certificates, problems, proxies };
}
