/**
 * Reads a whole collection, page by page, so that ten thousand namespaces are not one giant answer.
 */
import type { KubernetesApi, KubernetesList, KubernetesObject } from "./api.ts";

export interface ListedObjects {
  readonly objects: readonly KubernetesObject[];
  /** Where a watch of the same collection goes on. */
  readonly resourceVersion: string | undefined;
}

/** A part of a collection. */
export type ListedPage = KubernetesList & { readonly items: readonly KubernetesObject[] };

export interface ListRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/** As kubectl and client-go. */
const pageSize = "500";

/**
 * A collection page by page, for whoever keeps little of each object.
 *
 * @throws ApiError 410 where the list changed too much between two pages; start again
 */
export async function* listPages(api: KubernetesApi, request: ListRequest): AsyncGenerator<ListedPage> {
  let next = "";
  do {
    const query = { ...request.query, limit: pageSize, ...(next !== "" && { continue: next }) };
    const page = await api.request<KubernetesList>({ ...request, method: "GET", query });
    // The API server writes an empty list as null.
    yield { ...page, items: page.items ?? [] };
    next = page.metadata?.continue ?? "";
  } while (next !== "");
}

/**
 * All objects of a collection, as of one resource version.
 *
 * @throws ApiError 410 where the list changed too much between two pages; start again
 */
export async function listObjects(api: KubernetesApi, request: ListRequest): Promise<ListedObjects> {
  const objects: KubernetesObject[] = [];
  let resourceVersion: string | undefined;
  for await (const { items, metadata } of listPages(api, request)) {
    objects.push(...items);
    resourceVersion = metadata?.resourceVersion;
  }
  return { objects, resourceVersion };
}
