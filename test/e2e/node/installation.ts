/**
 * Outrigger on a cluster that runs pods, installed as a user does it: one file, applied as it is shipped.
 */
import { before } from "node:test";
import { installYaml, removeWebhookConfiguration } from "../install.ts";
import { kubectlOk } from "../kubectl.ts";
import { injectorRolledOut, webhookAnswers } from "./injector-deployment.ts";

/** `kubectl apply`; does no harm where they are applied already. */
export async function applyManifests(): Promise<void> {
  await kubectlOk(["apply", "--server-side", "--force-conflicts", "-f", installYaml]);
}

/** Applies the manifests and resolves when every replica is ready and the API server is answered. */
export async function installOnNode(): Promise<void> {
  await applyManifests();
  await injectorRolledOut();
  await webhookAnswers();
}

let installed: Promise<void> | undefined;

/** Installs, but once for all callers. For hooks that make pods: hooks of a file start all together, not in turns. */
export async function awaitInstallation(): Promise<void> {
  installed ??= installOnNode();
  return installed;
}

/** Installs before the first scenario of a file. It stays for the next file; the runner cleans up what it must. */
export function installedOnNode(): void {
  before(awaitInstallation);
}

/** Removes all of it; the webhook first, so that nobody's pods are refused meanwhile. */
export async function uninstallFromNode(): Promise<void> {
  await removeWebhookConfiguration();
  await kubectlOk(["delete", "-f", installYaml, "--ignore-not-found", "--timeout=60s"], { timeoutMs: 90_000 });
}
