/**
 * Reads a whole collection, page by page, so that ten thousand namespaces are not one giant answer.
 */
import type { KubernetesApi, KubernetesList, KubernetesObject } from "./api.ts";

export interface ListedObjects {
  readonly objects: readonly KubernetesObject[];
  /** Where a watch of the same collection goes on. */
  readonly resourceVersion: string | undefined;
}

export interface ListRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

/** As kubectl and client-go. */
const pageSize = "500";

/**
 * All objects of a collection, as of one resource version.
 *
 * @throws ApiError 410 where the list changed too much between two pages; start again
 */
export async function listObjects(api: KubernetesApi, request: ListRequest): Promise<ListedObjects> {
  const objects: KubernetesObject[] = [];
  let next = "";
  for (;;) {
    const query = { ...request.query, limit: pageSize, ...(next !== "" && { continue: next }) };
    const { items = [], metadata } = await api.request<KubernetesList>({ ...request, method: "GET", query });
    objects.push(...items);
    next = metadata?.continue ?? "";
    if (next === "") return { objects, resourceVersion: metadata?.resourceVersion };
  }
}
