/** The cluster that a server works for. */
import { OutriggerError } from "../errors.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { connectToCluster } from "../kubernetes/client.ts";

/**
 * Connects to it; nothing is sent yet.
 *
 * @throws OutriggerError `OUTRIGGER_KUBERNETES_UNREACHABLE`
 */
export async function connectOrFail(
  kubeconfig: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<KubernetesApi> {
  try {
    return await connectToCluster({ environment, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : undefined;
    throw new OutriggerError("OUTRIGGER_KUBERNETES_UNREACHABLE", detail, { cause });
  }
}
