/**
 * A collection that a cluster may be without, because its CRD is not installed: empty then, and asked for again from time
 * to time. Once it has been there, "not found" is a failure like any other: API servers that start have been seen to say
 * it of kinds they do have, and a mesh must not turn permissive because of that.
 */
import type { Clock } from "../../clock.ts";
import type { ApiRequest, KubernetesApi, KubernetesList, WatchRequest } from "../../kubernetes/api.ts";
import { isNotFound } from "../../kubernetes/api.ts";
import { pause } from "../../kubernetes/pause.ts";
import type { Log } from "../../observability/logger.ts";

export interface OptionalCollectionOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  readonly log: Log;
  /** e.g. `MeshTLS`. */
  readonly kind: string;
  /** What to do about it that there is none. */
  readonly hint: string;
  /** The collection in each version of its API that will do, the best first. */
  readonly paths: readonly string[];
}

/** How soon a CRD that is installed is noticed. */
const retryMs = 10_000;

/** A client for one collection, by the first of its paths. */
export function tolerateAbsence(options: OptionalCollectionOptions): KubernetesApi {
  const { api, clock, log, kind, hint, paths } = options;
  let found: string | undefined;
  let absent = false;

  async function* waitAndSeeNothing({ signal }: WatchRequest): AsyncGenerator<never> {
    await pause(retryMs, clock, signal);
  }

  async function requestFirst<T>(request: ApiRequest): Promise<T> {
    const notFound: unknown[] = [];
    // The version that has been there goes first: where it is gone, another one may have taken its place.
    for (const path of new Set([found ?? request.path, ...paths])) {
      try {
        const answer = await api.request<T>({ ...request, path });
        found = path;
        return answer;
      } catch (error) {
        if (!isNotFound(error)) throw error;
        notFound.push(error);
      }
    }
    throw notFound[0];
  }

  return {
    request: async <T>(request: ApiRequest): Promise<T> => {
      try {
        const answer = await requestFirst<T>(request);
        if (absent) log.info({ kind }, "custom resource found");
        absent = false;
        return answer;
      } catch (error) {
        if (found !== undefined || !isNotFound(error)) throw error;
        if (!absent) log.warn({ kind, hint }, "custom resource not installed");
        absent = true;
        return { items: [] } satisfies KubernetesList as T;
      }
    },
    watch: (request) => (absent ? waitAndSeeNothing(request) : api.watch({ ...request, path: found ?? request.path })),
    forward: (request) => api.forward(request),
    close: () => {
      api.close();
    },
  };
}
