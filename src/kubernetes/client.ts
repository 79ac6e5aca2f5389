/**
 * Finds the cluster and how to sign in to it, by the rules every Kubernetes tool follows: an explicit kubeconfig, then
 * `$KUBECONFIG`, then the service account of the pod this runs in, then `~/.kube/config`.
 *
 * The client library reads kubeconfigs and runs their credential plugins. It takes 0.7 s and 100 MB to import, so it is
 * imported only when somebody really asks for a cluster.
 */
import { Agent } from "node:http";
import type * as https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesApi } from "./api.ts";
import { createHttpApi } from "./http-api.ts";

export interface ClusterSelection {
  /** A kubeconfig's path; the usual places where there is none. */
  readonly kubeconfig?: string;
  /** A context of that kubeconfig; its current one unless given. */
  readonly context?: string;
  /** Read for `KUBECONFIG` and `KUBERNETES_SERVICE_HOST`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A kubeconfig's credentials cannot be had: a plugin that is missing or fails, a file that is gone. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}

export interface SelectedCluster {
  readonly api: KubernetesApi;
  /** The namespace of the kubeconfig's context; undefined where it names none. */
  readonly namespace: string | undefined;
}

/**
 * Connects to the selected cluster; nothing is sent yet.
 *
 * @throws Error where no cluster is configured, or the kubeconfig cannot be read
 */
export async function connectToCluster(selection: ClusterSelection): Promise<KubernetesApi> {
  return (await selectCluster(selection)).api;
}

/**
 * The same, with what else the kubeconfig says.
 *
 * @throws Error where no cluster is configured, or the kubeconfig cannot be read
 */
export async function selectCluster(selection: ClusterSelection): Promise<SelectedCluster> {
  const config = await loadKubeConfig(selection);
  const api = connect(config);
  return { api, namespace: config.getContextObject(config.currentContext)?.namespace };
}

function connect(config: KubeConfig): KubernetesApi {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig's context names no cluster");
  return createHttpApi({
    server: new URL(cluster.server),
    connection: async () => {
      const options: https.RequestOptions = {};
      await config.applyToHTTPSOptions(options).catch((cause: unknown) => {
        throw new CredentialsError(cause instanceof Error ? cause.message : String(cause), { cause });
      });
      const { agent, headers, ...tls } = options;
      return {
        tls,
        headers: headers as Readonly<Record<string, string>>,
        // The library's agent opens a connection per request; it is needed only where it speaks to a proxy.
        ...(cluster.proxyUrl !== undefined && agent instanceof Agent && { agent }),
      };
    },
  });
}

async function loadKubeConfig({ kubeconfig, context, environment }: ClusterSelection): Promise<KubeConfig> {
  const { KubeConfig } = await import("./kube-config.ts");
  const config = new KubeConfig();
  if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
  else if (!environment["KUBECONFIG"] && environment["KUBERNETES_SERVICE_HOST"]) config.loadFromCluster();
  else config.loadFromDefault();
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}
