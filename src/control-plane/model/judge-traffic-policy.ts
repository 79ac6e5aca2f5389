/**
 * What becomes of a TrafficPolicy at each of its targets: whether it applies there, and if not, or not as a whole, why. The
 * words are those of GEP-713.
 */
import type { Problem } from "../../problem.ts";
import { formatProblem } from "../../problem.ts";
import type { TrafficPolicyRecord } from "./cluster-object.ts";
import { inertGroups } from "./inert-groups.ts";
import type { MeshState } from "./mesh-state.ts";
import type { Judgement } from "./routes/judge-route.ts";
import { routeKey } from "./routes/route-key.ts";
import type { PolicyGroups, PolicyTarget } from "./traffic-policy.ts";
import { groupNames } from "./traffic-policy.ts";
import { namespacedName } from "./workload.ts";

/** Reasons of the condition `Accepted`. */
export const acceptedReasons = ["Accepted", "Conflicted", "TargetNotFound", "Invalid"] as const;
/** Reasons of the condition `Programmed`. */
export const programmedReasons = ["Programmed", "PartiallyProgrammed", "Overridden", "NoEffect"] as const;

export interface TargetVerdict {
  readonly target: PolicyTarget;
  readonly accepted: Judgement<(typeof acceptedReasons)[number]>;
  /** Whether anything of it has an effect; undefined where it is not accepted. */
  readonly programmed: Judgement<(typeof programmedReasons)[number]> | undefined;
  /** What stands in its way beside other objects. */
  readonly obstacle: Problem | undefined;
}

type GroupName = keyof PolicyGroups;
type Judged = Pick<MeshState, "services" | "routes" | "trafficPolicies">;

/**
 * One verdict for each target, in their order.
 *
 * @param problems what is wrong with the policy itself
 */
export function judgeTrafficPolicy(
  state: Judged,
  policy: TrafficPolicyRecord,
  problems: readonly Problem[],
): readonly TargetVerdict[] {
  const message = problems.map(formatProblem).join(" | ");
  return policy.targets.map((target, index) =>
    policy.refused
      ? { target, accepted: no("Invalid", message), programmed: undefined, obstacle: undefined }
      : judgeTarget(state, policy, target, `spec.targetRefs[${index}]`),
  );
}

function no<R extends string>(reason: R, message: string): Judgement<R> {
  return { holds: false, reason, message };
}

function judgeTarget(state: Judged, policy: TrafficPolicyRecord, target: PolicyTarget, path: string): TargetVerdict {
  const sections = sectionsOf(state, policy.namespace, target);
  if (sections === undefined) {
    const message = `there is no ${target.kind} ${target.name} in the namespace ${policy.namespace}`;
    return refused(target, "TargetNotFound", { path, message, hint: "create it, or correct the name" });
  }
  if (target.section !== undefined && !sections.includes(target.section)) {
    return refused(target, "TargetNotFound", noSection(target, sections, path));
  }
  const holder = state.trafficPolicies.holder({ ...target, namespace: policy.namespace }, target.section);
  if (holder !== undefined && holder.name !== policy.name) {
    const message = `the older TrafficPolicy ${holder.name} has the same target, ${describe(target)}`;
    return refused(target, "Conflicted", { path, message, hint: "merge the two, or take the target out of one" });
  }
  return {
    target,
    accepted: { holds: true, reason: "Accepted", message: `it is the policy of ${describe(target)}` },
    programmed: judgeEffect(state, policy, target, sections),
    obstacle: undefined,
  };
}

function refused(target: PolicyTarget, reason: "Conflicted" | "TargetNotFound", obstacle: Problem): TargetVerdict {
  return { target, accepted: no(reason, formatProblem(obstacle)), programmed: undefined, obstacle };
}

function noSection(target: PolicyTarget, sections: readonly string[], path: string): Problem {
  const part = partOf(target);
  const named = sections.filter((name) => name !== "");
  return {
    path: `${path}.sectionName`,
    message: `${target.kind} ${target.name} has no ${part} of the name ${target.section ?? ""}`,
    hint: named.length === 0 ? `give the ${part} a name` : `write one of: ${named.join(", ")}`,
  };
}

interface Loss {
  readonly part: string;
  readonly groups: readonly GroupName[];
  readonly why: string;
  readonly overridden: boolean;
}

function judgeEffect(
  state: Judged,
  policy: TrafficPolicyRecord,
  target: PolicyTarget,
  sections: readonly string[],
): NonNullable<TargetVerdict["programmed"]> {
  const own = groupNames.filter((group) => policy.groups[group] !== undefined);
  const parts = target.section === undefined ? sections : [target.section];
  const losses = parts.flatMap((part) => lossesOf(state, policy, target, part, own));
  if (losses.length === 0) return { holds: true, reason: "Programmed", message: `it has effect: ${own.join(", ")}` };
  const message = losses
    .map(({ part, groups, why }) => `${groups.join(", ")} without effect for ${describePart(target, part)}: ${why}`)
    .join("; ");
  const isWhole = parts.every((part) => {
    const lost = new Set(losses.filter((loss) => loss.part === part).flatMap(({ groups }) => groups));
    return own.every((group) => lost.has(group));
  });
  if (!isWhole) return { holds: true, reason: "PartiallyProgrammed", message };
  return no(losses.every(({ overridden }) => overridden) ? "Overridden" : "NoEffect", message);
}

/** Of policies of the parts of a target, each group that they have wins over that of the whole. */
function lossesOf(
  state: Judged,
  policy: TrafficPolicyRecord,
  target: PolicyTarget,
  part: string,
  own: readonly GroupName[],
): readonly Loss[] {
  const object = { ...target, namespace: policy.namespace };
  const inert = inertGroups(state, object, part);
  const more = target.section === undefined ? state.trafficPolicies.holder(object, part) : undefined;
  const overridden = own.filter((group) => more?.name !== policy.name && more?.groups[group] !== undefined);
  const losses = [
    { part, groups: own.filter((group) => inert.groups.includes(group)), why: inert.why, overridden: false },
    { part, groups: overridden, why: `${more?.name ?? ""} is more specific`, overridden: true },
  ];
  return losses.filter(({ groups }) => groups.length > 0);
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

/** A part may have no name. */
function describePart(target: PolicyTarget, name: string): string {
  return name === "" ? `a ${partOf(target)}` : `${partOf(target)} ${name}`;
}

function partOf({ kind }: PolicyTarget): string {
  return kind === "Service" ? "port" : "rule";
}

/** For people: `Service cart, port http`. */
function describe(target: PolicyTarget): string {
  const { kind, name, section } = target;
  return `${kind} ${name}${section === undefined ? "" : `, ${partOf(target)} ${section}`}`;
}
