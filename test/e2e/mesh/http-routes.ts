/**
 * HTTPRoutes as scenarios write them, and requests that tell what has become of them.
 */
import { kubectlOk } from "../kubectl.ts";
import type { Echo } from "../node/application.ts";
import { execOk } from "../node/running-pods.ts";

export interface HttpRoute {
  readonly name: string;
  /** Other parents than the Service `web` of the route's own namespace. */
  readonly parents?: readonly object[];
  readonly rules: readonly object[];
}

export async function applyRoute(namespace: string, { name, parents, rules }: HttpRoute): Promise<void> {
  const spec = { parentRefs: parents ?? [parentService({ name: "web" })], rules };
  const input = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata: { name }, spec };
  await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input });
}

/** A `parentRef` that names a Service. */
export function parentService(fields: object): object {
  return { group: "", kind: "Service", ...fields };
}

/** A `backendRef`: port 80 of a Service of the route's own namespace, unless told otherwise. */
export function toService(name: string, fields: object = {}): object {
  return { name, port: 80, ...fields };
}

/** A `match`. */
export function underPrefix(value: string): object {
  return { path: { type: "PathPrefix", value } };
}

/** A rule's `backendRefs` with their weights. */
export function shared(weights: Readonly<Record<string, number>>): object {
  return { backendRefs: Object.entries(weights).map(([name, weight]) => toService(name, { weight })) };
}

/** A `path` of a redirect or rewrite. */
export function replacePrefix(replacePrefixMatch: string): object {
  return { path: { type: "ReplacePrefixMatch", replacePrefixMatch } };
}

/** The same. */
export function replaceFullPath(replacement: string): object {
  return { path: { type: "ReplaceFullPath", replaceFullPath: replacement } };
}

/** As in app/requests.ts. */
export interface SentRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends requests one after another from the container `app` of a pod; redirects are not followed. */
export async function send(
  namespace: string,
  pod: string,
  requests: readonly SentRequest[],
): Promise<readonly Answer[]> {
  const command = ["node", "/app/requests.ts", JSON.stringify(requests)];
  return JSON.parse(await execOk({ namespace, pod, container: "app" }, command)) as readonly Answer[];
}

/** What the application says that it has received; throws where it has not answered. */
export function echoOf({ status, body }: Answer): Echo {
  if (status !== 200) throw new Error(`answered ${status}: ${body}`);
  return JSON.parse(body) as Echo;
}

/** Whether an answer is this pod's application's. */
export function isFrom(pod: string): (answer: Answer) => boolean {
  return (answer) => answer.status === 200 && echoOf(answer).pod === pod;
}
