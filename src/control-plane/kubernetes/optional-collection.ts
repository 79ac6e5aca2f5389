/**
 * A collection that a cluster may be without, because its CRD is not installed: empty then, and asked for again from time
 * to time. Once it has been there, "not found" is a failure like any other: API servers that start have been seen to say
 * it of kinds they do have, and a mesh must not turn permissive because of that.
 */
import type { Clock } from "../../clock.ts";
import type { KubernetesApi, KubernetesList, WatchRequest } from "../../kubernetes/api.ts";
import { isNotFound } from "../../kubernetes/api.ts";
import { pause } from "../../kubernetes/pause.ts";
import type { Log } from "../../observability/logger.ts";

export interface OptionalCollectionOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  readonly log: Log;
  /** e.g. `MeshTLS`. */
  readonly kind: string;
}

/** How soon a CRD that is installed is noticed. */
const retryMs = 10_000;

/** A client for one collection. */
export function tolerateAbsence({ api, clock, log, kind }: OptionalCollectionOptions): KubernetesApi {
  let found = false;
  let absent = false;
  const hint = "apply manifests/crds; until then none applies";

  async function* waitAndSeeNothing({ signal }: WatchRequest): AsyncGenerator<never> {
    await pause(retryMs, clock, signal);
  }

  return {
    request: async <T>(request: Parameters<KubernetesApi["request"]>[0]): Promise<T> => {
      try {
        const answer = await api.request<T>(request);
        if (absent) log.info({ kind }, "custom resource found");
        [found, absent] = [true, false];
        return answer;
      } catch (error) {
        if (found || !isNotFound(error)) throw error;
        if (!absent) log.warn({ kind, hint }, "custom resource not installed");
        absent = true;
        return { items: [] } satisfies KubernetesList as T;
      }
    },
    watch: (request) => (absent ? waitAndSeeNothing(request) : api.watch(request)),
    forward: (request) => api.forward(request),
    close: () => {
      api.close();
    },
  };
}
