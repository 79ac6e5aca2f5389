/**
 * MeshTLS as scenarios write it.
 */
import { kubectlOk } from "../kubectl.ts";

export type Mode = "permissive" | "strict" | "disabled";

/** Sets the mode of a workload by its label `app`; it takes effect without a restart, a moment later. */
export async function setMode(namespace: string, app: string, mode: Mode): Promise<void> {
  const spec = { selector: { matchLabels: { app } }, mode };
  const input = { apiVersion: "outrigger.dev/v1alpha1", kind: "MeshTLS", metadata: { name: app }, spec };
  await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input });
}
