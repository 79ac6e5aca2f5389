/**
 * A kubeconfig of a service account: what a pod that runs as it would be allowed, no more.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kubectlOk } from "./kubectl.ts";
import { runDirectory } from "./process-record.ts";

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
}

/** Writes it to a file of this run, with a token for half a day, and resolves to the file's path. */
export async function serviceAccountKubeconfig(namespace: string, name: string): Promise<string> {
  const admin = JSON.parse(await kubectlOk(["config", "view", "--raw", "--minify", "-o", "json"])) as Kubeconfig;
  const token = await kubectlOk(["-n", namespace, "create", "token", name, "--duration=12h"]);
  const cluster = admin.clusters[0]?.name ?? "";
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: admin.clusters,
    users: [{ name, user: { token: token.trim() } }],
    contexts: [{ name, context: { cluster, user: name, namespace } }],
    "current-context": name,
  };
  await mkdir(runDirectory(), { recursive: true });
  const file = join(runDirectory(), `${namespace}-${name}.kubeconfig`);
  await writeFile(file, JSON.stringify(kubeconfig), { mode: 0o600 });
  return file;
}
