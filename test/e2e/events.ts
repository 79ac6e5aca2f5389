/**
 * Kubernetes Events, as scenarios look for them.
 */
import { eventually } from "../eventually.ts";
import { kubernetesClient } from "./kubernetes-client.ts";

/** The parts of an `events.k8s.io/v1` Event that scenarios look at. */
export interface KubernetesEvent {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly reportingController: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly uid?: string };
}

/** Every Event of Outrigger's in a namespace so far. */
export async function outriggerEvents(namespace: string): Promise<readonly KubernetesEvent[]> {
  const client = await kubernetesClient();
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  const { items } = await client.ok<{ readonly items: readonly KubernetesEvent[] }>("GET", path);
  return items.filter(({ reportingController }) => reportingController === "outrigger.dev/injector");
}

/** Waits for the Event of this reason, which is sent in the background. */
export async function eventOf(namespace: string, reason: string): Promise<KubernetesEvent> {
  let found: KubernetesEvent | undefined;
  await eventually(`Event ${reason} in ${namespace}`, async () => {
    found = (await outriggerEvents(namespace)).find((event) => event.reason === reason);
    return found !== undefined;
  });
  if (found === undefined) throw new Error("an Event was found and is gone");
  return found;
}
