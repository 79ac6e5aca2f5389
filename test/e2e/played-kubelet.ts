/**
 * Plays the kubelet's part of a rollout on a cluster that has no node: says of every pod of a namespace that it is ready,
 * which is all that the controllers ask for.
 */
import type { Pod } from "../../src/kubernetes/pod.ts";
import { kubernetesClient } from "./kubernetes-client.ts";
import { podsPath } from "./stored-pod.ts";

const everyMs = 200;

/** Goes on until it is stopped. */
export function playKubelet(namespace: string): { readonly stop: () => Promise<void> } {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(async () => declareReady(namespace));
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

async function declareReady(namespace: string): Promise<void> {
  const client = await kubernetesClient();
  const { items } = await client.ok<{ readonly items: readonly LivePod[] }>("GET", podsPath(namespace));
  const waiting = items.filter(({ status }) => status?.phase !== "Running");
  // A pod that is gone by now is not to be declared anything.
  await Promise.all(
    waiting.map(async ({ metadata }) =>
      client.request("PATCH", `${podsPath(namespace)}/${metadata?.name ?? ""}/status`, { status: readyStatus() }),
    ),
  );
}

type LivePod = Pod & { readonly status?: { readonly phase?: string } };

function readyStatus(): object {
  const lastTransitionTime = new Date().toISOString();
  return { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime }] };
}
