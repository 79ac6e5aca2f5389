/**
 * Reads what the list of the mesh's sidecars is made of.
 */
import type { ListedProxy } from "../control-plane/pages/pages.ts";
import { livePods } from "../diagnosis/read-cluster.ts";
import { injectedLabel } from "../injection/keys.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";
import type { ProxyRow } from "./proxy-list.ts";
import { listProxies } from "./proxy-list.ts";
import { answersOf, askControlPlane, silentReplicas } from "./replicas.ts";

export interface ProxyList {
  readonly rows: readonly ProxyRow[];
  /** Why replicas that did not answer did not. */
  readonly silent: readonly string[];
}

/** The running pods that carry our sidecar, of a namespace or of all. */
export async function readInjectedPods(api: KubernetesApi, namespace: string | undefined): Promise<readonly LivePod[]> {
  const pods: LivePod[] = [];
  for await (const pod of livePods(api, namespace, `${injectedLabel}=true`)) pods.push(pod);
  return pods;
}

/**
 * The sidecars of a namespace, or of all.
 *
 * @throws OutriggerError `OUTRIGGER_CONTROL_PLANE_SILENT`
 */
export async function readProxies(api: KubernetesApi, namespace: string | undefined): Promise<ProxyList> {
  // The pods first: one that has come since would seem to be connected nowhere.
  const pods = await readInjectedPods(api, namespace);
  const answers = await askControlPlane<readonly ListedProxy[]>(api, "/proxies");
  const silent = silentReplicas(answers);
  return { rows: listProxies({ replicas: answersOf(answers), pods, incomplete: silent.length > 0 }), silent };
}
