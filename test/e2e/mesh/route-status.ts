/**
 * The status of a route: what a controller says of it at each of its parents.
 */
import { eventually } from "../../eventually.ts";
import { kubectlJson } from "../kubectl.ts";

export type RouteKind = "httproute" | "tcproute";

interface Condition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

export interface ParentStatus {
  readonly controllerName: string;
  readonly parentRef: Readonly<Record<string, unknown>>;
  readonly conditions: readonly Condition[];
}

interface StoredRoute {
  readonly metadata: { readonly generation: number };
  readonly status?: { readonly parents: readonly ParentStatus[] };
}

/** The status if it is of the route's present generation; undefined until then. */
async function currentStatus(
  namespace: string,
  name: string,
  kind: RouteKind,
): Promise<readonly ParentStatus[] | undefined> {
  const { metadata, status } = await kubectlJson<StoredRoute>(["-n", namespace, "get", kind, name]);
  const conditions = status?.parents.flatMap((parent) => parent.conditions) ?? [];
  const isCurrent = conditions.every(({ observedGeneration }) => observedGeneration === metadata.generation);
  return conditions.length > 0 && isCurrent ? status?.parents : undefined;
}

/** Resolves when the status is of the route's present generation, and this holds of it. */
export async function settledStatus(
  namespace: string,
  name: string,
  isSo: (parents: readonly ParentStatus[]) => boolean = () => true,
  kind: RouteKind = "httproute",
): Promise<readonly ParentStatus[]> {
  let found: readonly ParentStatus[] | undefined;
  const settled = async (): Promise<boolean> => {
    found = await currentStatus(namespace, name, kind);
    return found !== undefined && isSo(found);
  };
  await eventually(`the status of ${name} is so`, settled, 30_000);
  return found ?? [];
}

/** `Accepted=True/Accepted ResolvedRefs=False/BackendNotFound`, in the order of their types. */
export function inShort({ conditions }: ParentStatus): string {
  const texts = conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`);
  return texts.sort().join(" ");
}
