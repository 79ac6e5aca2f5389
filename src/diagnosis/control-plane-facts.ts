/**
 * What has to be known of a mesh to say whether its control plane does its work. Collected here, judged by
 * `checks/control-plane.ts`.
 */
import type { ReplicaCertificates } from "../control-plane/pages/pages.ts";
import type { ObjectProblems } from "../control-plane/model/problem-book.ts";
import { shippedDefinitions } from "../installation/definitions.ts";
import { objectPath } from "../installation/manifest.ts";
import { controlPlaneName } from "../installation/names.ts";
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
  /** Each CRD that a mesh has, as the cluster has it. */
  readonly definitions: readonly FoundDefinition[];
  /** Of each replica that is ready. */
  readonly certificates: readonly ReplicaAnswer<ReplicaCertificates>[];
  /** Of each replica that is ready: what it finds wrong with objects. */
  readonly problems: readonly ReplicaAnswer<readonly ObjectProblems[]>[];
  readonly proxies: Attempt<ProxyList>;
}

export interface FoundDefinition {
  /** e.g. `MeshTLS`. */
  readonly kind: string;
  readonly found: Attempt<KubernetesObject>;
}

async function findDefinitions(api: KubernetesApi): Promise<readonly FoundDefinition[]> {
  return Promise.all(
    shippedDefinitions().map(async (definition) => {
      const path = objectPath(definition);
      const found = await attempt(() => api.request<KubernetesObject>({ method: "GET", path }));
      return { kind: definition.spec.names.kind, found };
    }),
  );
}

/** Collects them; rejects never. */
export async function collectControlPlaneFacts(api: KubernetesApi, nodes: Attempt<number>): Promise<ControlPlaneFacts> {
  const [deployment, pods, definitions] = await Promise.all([
    attempt(() => readDeployment(api, controlPlaneName)),
    attempt(() => readControlPlanePods(api)),
    findDefinitions(api),
  ]);
  const ready = (valueOf(pods) ?? []).filter(isReady);
  const [certificates, problems, proxies] = await Promise.all([
    askReplicas<ReplicaCertificates>(api, ready, "/certificates"),
    askReplicas<readonly ObjectProblems[]>(api, ready, "/problems"),
    attempt(() => readProxies(api, undefined)),
  ]);
  return { replicas: { deployment, pods, nodes }, definitions, certificates, problems, proxies };
}
