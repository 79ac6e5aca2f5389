/**
 * The injector as it runs in the cluster: a Deployment that scenarios scale, roll, and wait for.
 */
import { eventually } from "../../eventually.ts";
import { runChecks } from "../cluster-command.ts";
import { kubectlJson, kubectlOk } from "../kubectl.ts";
import type { RunningPod } from "./running-pods.ts";

export const systemNamespace = "outrigger-system";

const deployment = "deployment/outrigger-injector";
const shippedReplicas = 2;

/** Its pods, those that are on their way out included. */
export async function injectorPods(): Promise<readonly RunningPod[]> {
  const selector = ["-l", "app.kubernetes.io/name=outrigger-injector"];
  const pods = ["-n", systemNamespace, "get", "pods", ...selector];
  return (await kubectlJson<{ readonly items: readonly RunningPod[] }>(pods)).items;
}

/** Resolves when every replica is ready. */
export async function injectorRolledOut(): Promise<void> {
  const status = ["-n", systemNamespace, "rollout", "status", deployment, "--timeout=120s"];
  await kubectlOk(status, { timeoutMs: 130_000 });
}

/**
 * Resolves when the API server gets its answers from the injector. Replicas can be ready a moment before: kube-proxy hears
 * of them later than their Deployment does. It is what `outrigger install` waits for, and `outrigger check` tells.
 */
export async function webhookAnswers(): Promise<void> {
  let said = "";
  const answers = async (): Promise<boolean> => {
    const check = (await runChecks()).get("webhook-answers");
    said = check?.message ?? "";
    return check?.status === "ok";
  };
  await eventually("the webhook answers", answers, 60_000).catch((error: unknown) => {
    throw new Error(`outrigger check: ${said}`, { cause: error });
  });
}

/** Replaces every replica, one after another. */
export async function rollInjector(): Promise<void> {
  await kubectlOk(["-n", systemNamespace, "rollout", "restart", deployment]);
  await injectorRolledOut();
}

/** Resolves when no replica is left. */
export async function stopInjector(): Promise<void> {
  await scaleInjector(0);
  await eventually("no replica is left", async () => (await injectorPods()).length === 0, 60_000);
}

/** As many replicas as are shipped, which answer. */
export async function bringInjectorBack(): Promise<void> {
  await scaleInjector(shippedReplicas);
  await injectorRolledOut();
  await webhookAnswers();
}

async function scaleInjector(replicas: number): Promise<void> {
  await kubectlOk(["-n", systemNamespace, "scale", deployment, `--replicas=${replicas}`]);
}
