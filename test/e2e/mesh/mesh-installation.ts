/**
 * Outrigger as a mesh on a cluster that runs pods: the overlay with the control plane, applied as it is shipped.
 */
import { before } from "node:test";
import { removeWebhookConfiguration } from "../install.ts";
import { kubectlOk } from "../kubectl.ts";
import { injectorRolledOut, webhookAnswers } from "../node/injector-deployment.ts";
import { controlPlaneRolledOut } from "./control-plane-deployment.ts";

/** Path of the overlay that users apply. */
const overlay = new URL("../../../manifests/overlays/mesh", import.meta.url).pathname;

/** Applies it and resolves when every replica of both is ready and the API server is answered. */
async function installMesh(): Promise<void> {
  await kubectlOk(["apply", "--server-side", "--force-conflicts", "-k", overlay]);
  await Promise.all([injectorRolledOut(), controlPlaneRolledOut()]);
  await webhookAnswers();
}

let installed: Promise<void> | undefined;

/** Installs, but once for all callers. For hooks that make pods: hooks of a file start all together, not in turns. */
export async function awaitMesh(): Promise<void> {
  installed ??= installMesh();
  return installed;
}

/** Installs before the first scenario of a file. It stays for the next file; the runner cleans up what it must. */
export function meshInstalled(): void {
  before(awaitMesh);
}

/** Removes all of it; the webhook first, so that nobody's pods are refused meanwhile. */
export async function uninstallMesh(): Promise<void> {
  await removeWebhookConfiguration();
  // Controllers that have just lost their API server take a minute to come back to a namespace that is to go.
  await kubectlOk(["delete", "-k", overlay, "--ignore-not-found", "--timeout=150s"], { timeoutMs: 180_000 });
}
