/** What a policy says in vain of its target, because of what the target is. */
import type { MeshState } from "./mesh-state.ts";
import { routeKey } from "./routes/route-key.ts";
import type { PolicyGroups } from "./traffic-policy.ts";
import { groupNames, requestGroupNames } from "./traffic-policy.ts";
import type { TargetObject } from "./traffic-policy-index.ts";
import { namespacedName } from "./workload.ts";

type GroupName = keyof PolicyGroups;

export interface InertGroups {
  readonly groups: readonly GroupName[];
  /** As a sentence without its full stop. */
  readonly why: string;
}

const nothing: InertGroups = { groups: [], why: "" };

/** @param section name of a Service's port; of routes all rules are alike */
export function inertGroups(
  { services, routes }: Pick<MeshState, "services" | "routes">,
  { kind, namespace, name }: TargetObject,
  section: string,
): InertGroups {
  const key = namespacedName(namespace, name);
  if (kind === "Service") return inertForService(services.resolved(key).front, section);
  const entry = routes.table.get(routeKey(kind, key));
  const used = entry?.record.refusal === undefined && entry?.attachments.some(({ ports }) => ports.length > 0);
  return used === true ? nothing : { groups: groupNames, why: "the route applies to no Service" };
}

function inertForService(front: ReturnType<MeshState["services"]["resolved"]>["front"], section: string): InertGroups {
  if (front === undefined) return nothing;
  if (front.kind === "external-name") {
    return { groups: groupNames, why: "the Service is of type ExternalName: its clients connect to something else" };
  }
  if (front.ports.find(({ name }) => name === section)?.protocol === "tcp") {
    return { groups: [...requestGroupNames, "rateLimit"], why: "the port takes plain TCP, not requests" };
  }
  if (front.addressed) return nothing;
  return { groups: requestGroupNames, why: "the Service has no IP of its own: its clients connect to its pods" };
}
