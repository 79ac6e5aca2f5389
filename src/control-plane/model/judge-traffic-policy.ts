/** What becomes of a TrafficPolicy at each of its targets: whether it applies there, and if not, or not as a whole, why. */
import type { Problem } from "../../problem.ts";
import type { TrafficPolicyRecord } from "./cluster-object.ts";
import type { MeshState } from "./mesh-state.ts";
import { routeKey } from "./routes/route-key.ts";
import type { PolicyGroups, PolicyTarget } from "./traffic-policy.ts";
import { groupNames } from "./traffic-policy.ts";
import { namespacedName } from "./workload.ts";

/** Reasons as GEP-713 names them. */
export type TargetReason = "Accepted" | "Conflicted" | "TargetNotFound";

export interface TargetVerdict {
  readonly target: PolicyTarget;
  readonly reason: TargetReason;
  /** Undefined where it is accepted. */
  readonly problem: Problem | undefined;
  /** Groups for which a more specific policy applies to some or all parts of the target. */
  readonly superseded: readonly { readonly group: keyof PolicyGroups; readonly by: string; readonly part: string }[];
  /** Whether nothing of it is left in effect. */
  readonly overridden: boolean;
}

type Judged = Pick<MeshState, "services" | "routes" | "trafficPolicies">;

/** One verdict for each target, in their order. */
export function judgeTrafficPolicy(state: Judged, policy: TrafficPolicyRecord): readonly TargetVerdict[] {
  return policy.targets.map((target, index) => judgeTarget(state, policy, target, `spec.targetRefs[${index}]`));
}

function judgeTarget(state: Judged, policy: TrafficPolicyRecord, target: PolicyTarget, path: string): TargetVerdict {
  const sections = sectionsOf(state, policy.namespace, target);
  if (sections === undefined) {
    const message = `there is no ${target.kind} ${target.name} in the namespace ${policy.namespace}`;
    return refused(target, "TargetNotFound", { path, message, hint: "create it, or correct the name" });
  }
  if (target.section !== undefined && !sections.includes(target.section)) {
    const part = target.kind === "Service" ? "port" : "rule";
    const message = `${target.kind} ${target.name} has no ${part} of the name ${target.section}`;
    const named = sections.filter((name) => name !== "");
    const hint = named.length === 0 ? `give the ${part} a name` : `write one of: ${named.join(", ")}`;
    return refused(target, "TargetNotFound", { path: `${path}.sectionName`, message, hint });
  }
  const object = { ...target, namespace: policy.namespace };
  const holder = state.trafficPolicies.holder(object, target.section);
  if (holder !== undefined && holder.name !== policy.name) {
    const message = `the older TrafficPolicy ${holder.name} has the same target, ${describe(target)}`;
    return refused(target, "Conflicted", { path, message, hint: "merge the two, or take the target out of one" });
  }
  return accepted(state, policy, target, sections);
}

function refused(target: PolicyTarget, reason: TargetReason, problem: Problem): TargetVerdict {
  return { target, reason, problem, superseded: [], overridden: false };
}

function accepted(
  state: Judged,
  policy: TrafficPolicyRecord,
  target: PolicyTarget,
  sections: readonly string[],
): TargetVerdict {
  const own = groupNames.filter((group) => policy.groups[group] !== undefined);
  const parts = target.section === undefined ? sections : [];
  const object = { ...target, namespace: policy.namespace };
  const superseded = parts.flatMap((part) => {
    const more = state.trafficPolicies.holder(object, part);
    if (more === undefined) return [];
    return own.filter((group) => more.groups[group] !== undefined).map((group) => ({ group, by: more.name, part }));
  });
  const overridden = parts.length > 0 && superseded.length === parts.length * own.length;
  return { target, reason: "Accepted", problem: undefined, superseded, overridden };
}

/** The names of an object's parts, an empty one for a part without a name; undefined where there is no such object. */
function sectionsOf(
  { services, routes }: Judged,
  namespace: string,
  target: PolicyTarget,
): readonly string[] | undefined {
  const key = namespacedName(namespace, target.name);
  if (target.kind === "Service") return services.get(key)?.ports.map(({ name }) => name);
  return routes.table.get(routeKey(target.kind, key))?.record.rules.map(({ name }) => name ?? "");
}

/** For people: `Service cart, port http`. */
export function describe({ kind, name, section }: PolicyTarget): string {
  const part = kind === "Service" ? "port" : "rule";
  return `${kind} ${name}${section === undefined ? "" : `, ${part} ${section}`}`;
}
