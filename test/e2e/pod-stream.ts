/**
 * Pods that are created without a pause in a labelled namespace, at a steady rate, while something happens to the
 * injector: each is looked at and deleted. A creation that fails is not tried again unless that is asked for.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Pod } from "../../src/kubernetes/pod.ts";
import type { KubernetesClient } from "./kubernetes-client.ts";
import { kubernetesClient } from "./kubernetes-client.ts";
import { injectionEnabled } from "./namespaces.ts";
import { plainPod } from "./pods.ts";
import type { ScenarioContext } from "./scenario.ts";
import { deletePod, hasSidecar, podsPath } from "./stored-pod.ts";

export interface StreamReport {
  /** How many pods were created. */
  readonly created: number;
  /** Names of those that have no sidecar. */
  readonly uninjected: readonly string[];
  readonly failures: readonly StreamFailure[];
}

export interface StreamFailure {
  /** `Date.now()` when the answer came. */
  readonly at: number;
  /** What the API server, or the connection to it, said. */
  readonly message: string;
}

export interface PodStream {
  /** Ends it; resolves when the last pod was looked at. Stopping again gives the same report. */
  readonly stop: () => Promise<StreamReport>;
  /** How many pods were created so far. */
  readonly created: () => number;
}

export interface PodStreamOptions {
  /** As controllers do: a creation that failed is tried again until it succeeds, and counts as a failure all the same. */
  readonly retry?: boolean;
  /** How many pods a second; 20 unless said otherwise. */
  readonly perSecond?: number;
  /** Merged over the pods' spec. */
  readonly spec?: object;
}

/** With as many requests open, the next pod waits: a machine that is slow shall not be flooded. */
const mostOpen = 10;
const retryMs = 100;
const conflict = 409;

/** Starts creating pods in a labelled namespace of the scenario's; ends with it at the latest. */
export async function startPodStream(
  { namespaces, cleanUp }: ScenarioContext,
  options: PodStreamOptions = {},
): Promise<PodStream> {
  const namespace = await namespaces.create(injectionEnabled);
  const client = await kubernetesClient();
  const failures: StreamFailure[] = [];
  const uninjected: string[] = [];
  const open = new Set<Promise<void>>();
  const ending = new AbortController();
  let started = 0;
  let created = 0;

  const createOne = async (name: string): Promise<void> => {
    const input = plainPod(name, { spec: options.spec ?? {} });
    const create = async (): Promise<Pod | string> => attempt(client, podsPath(namespace), name, input);
    let pod = await create();
    while (typeof pod === "string") {
      failures.push({ at: Date.now(), message: pod });
      if (options.retry !== true || ending.signal.aborted) return;
      await sleep(retryMs);
      pod = await create();
    }
    created += 1;
    if (!hasSidecar(pod)) uninjected.push(name);
    await deletePod(namespace, name).catch(() => undefined);
  };
  const tick = (): void => {
    if (open.size >= mostOpen || ending.signal.aborted) return;
    const creation = createOne(`stream-${(started += 1)}`).finally(() => open.delete(creation));
    open.add(creation);
  };
  const timer = setInterval(tick, 1_000 / (options.perSecond ?? 20));
  const stop = async (): Promise<StreamReport> => {
    ending.abort();
    clearInterval(timer);
    await Promise.all(open);
    return { created, uninjected, failures };
  };
  cleanUp(stop);
  return { created: () => created, stop };
}

/** The stored pod, or why there is none. */
async function attempt(client: KubernetesClient, path: string, name: string, input: object): Promise<Pod | string> {
  try {
    const { status, text } = await client.request("POST", path, input);
    if (status === 201) return JSON.parse(text) as Pod;
    // An earlier attempt got through, and its answer was lost.
    if (status === conflict) return await client.ok<Pod>("GET", `${path}/${name}`);
    return `${status} ${text}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
