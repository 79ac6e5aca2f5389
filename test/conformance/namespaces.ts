/**
 * The suite's own namespaces, which have fixed names: what a run leaves behind in them would act upon the next.
 */
import { kubectlOk } from "../e2e/kubectl.ts";

const namespaces = ["gateway-conformance-mesh", "gateway-conformance-mesh-consumer"];

/** Deletes them where they are there, and resolves when they are gone; a run that was stopped leaves them. */
export async function removeSuiteNamespaces(): Promise<void> {
  const args = ["delete", "namespace", ...namespaces, "--ignore-not-found", "--wait", "--timeout=120s"];
  await kubectlOk(args, { timeoutMs: 150_000 });
}
