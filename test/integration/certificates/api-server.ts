/**
 * The API server of the integration tests: the one KUBECONFIG names, or else one that is started here.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { existsSync } from "node:fs";
import type { KubernetesApi } from "../../../src/kubernetes/api.ts";
import { connectToCluster } from "../../../src/kubernetes/client.ts";
import { restartApiServer, startCluster, stopCluster } from "../../e2e/cluster.ts";

export interface ApiServer {
  /** A connection of an administrator's. */
  readonly api: KubernetesApi;
  readonly connect: () => Promise<KubernetesApi>;
  /** Ends it and starts it again; undefined where it is not on this machine. */
  readonly restart: ((downtimeSeconds: number) => Promise<void>) | undefined;
  readonly close: () => Promise<void>;
}

/** Connects to it, starting it first where there is none. */
export async function openApiServer(): Promise<ApiServer> {
  const given = process.env["KUBECONFIG"] ?? "";
  const directory = given === "" ? await mkdtemp(join(tmpdir(), "outrigger-certificates-")) : dirname(given);
  const kubeconfig = given === "" ? (await startCluster(directory)).kubeconfig : given;
  const connect = (): Promise<KubernetesApi> => connectToCluster({ kubeconfig, environment: {} });
  const api = await connect();
  const local = existsSync(join(directory, "ports.sh")) ? { directory, auditLog: "" } : undefined;
  return {
    api,
    connect,
    restart: local && ((downtimeSeconds) => restartApiServer(local, downtimeSeconds)),
    close: async () => {
      api.close();
      if (given !== "") return;
      await stopCluster(directory, join(directory, "kept"));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
