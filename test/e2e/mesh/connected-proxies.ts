/**
 * The sidecars as `outrigger proxy` shows them to an administrator.
 */
import { eventually } from "../../eventually.ts";
import type { ProxyCertificates } from "../../../src/control-plane/pages/pages.ts";
import type { ProxyRow } from "../../../src/proxies/proxy-list.ts";
import { clusterCommand } from "../cluster-command.ts";

async function outriggerJson<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await clusterCommand(...args, "-o", "json");
  if (code !== 0) throw new Error(`outrigger ${args.join(" ")}: exit code ${code}\n${stderr}`);
  return JSON.parse(stdout) as T;
}

/** `outrigger proxy list` of one namespace. */
export async function listedProxies(namespace: string): Promise<readonly ProxyRow[]> {
  return outriggerJson<readonly ProxyRow[]>("proxy", "list", "-n", namespace);
}

/** `outrigger proxy certs`: a sidecar's certificate and the roots that it trusts. */
export async function certificatesOf(namespace: string, pod: string): Promise<ProxyCertificates> {
  return outriggerJson<ProxyCertificates>("proxy", "certs", pod, "-n", namespace);
}

/** Resolves when each sidecar of the namespace is connected to one of these replicas, and has all that it was sent. */
export async function allConnected(namespace: string, replicas: readonly string[]): Promise<void> {
  const settled = ({ replica = "", synced }: ProxyRow): boolean => replicas.includes(replica) && synced === true;
  await eventually(
    `each sidecar of ${namespace} is connected to ${replicas.join(" or ")}`,
    async () => (await listedProxies(namespace)).every(settled),
    90_000,
  );
}
