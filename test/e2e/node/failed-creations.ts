/**
 * Pods that a controller was not allowed to create: what its user reads in `kubectl describe`.
 */
import { eventually } from "../../eventually.ts";
import { kubectlJson } from "../kubectl.ts";

interface EventList {
  readonly items: readonly { readonly reason: string; readonly message: string }[];
}

/** The newest message of a controller in this namespace that a pod could not be created; waits for one. */
export async function failedCreation(namespace: string): Promise<string> {
  let message: string | undefined;
  await eventually(`a controller in ${namespace} reports FailedCreate`, async () => {
    const { items } = await kubectlJson<EventList>(["-n", namespace, "get", "events", "--sort-by=.lastTimestamp"]);
    message = items.findLast(({ reason }) => reason === "FailedCreate")?.message;
    return message !== undefined;
  });
  return message ?? "";
}
