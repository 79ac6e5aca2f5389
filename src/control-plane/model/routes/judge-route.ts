/** What is to be said of a route to whoever wrote it, parent by parent, in the words of the API's conditions. */
import type { Problem } from "../../../problem.ts";
import { formatProblem } from "../../../problem.ts";
import type { Attachment } from "./attach-parents.ts";
import { compareRoutes } from "./precedence.ts";
import type { UnresolvedReason } from "./resolve-backend.ts";
import type { RouteGroups } from "./route-groups.ts";
import type { ServiceParent } from "./route-record.ts";
import { routeRefusals } from "./route-record.ts";
import type { RouteEntry } from "./route-table.ts";

export interface Judgement<Reason extends string> {
  readonly holds: boolean;
  readonly reason: Reason;
  readonly message: string;
}

/** Reasons of the condition `Accepted`. */
export const acceptedReasons = ["Accepted", "NoMatchingParent", "Conflicted", ...routeRefusals] as const;

/** And one of the mesh's own, of TCPRoutes alone. */
export type AcceptedReason = (typeof acceptedReasons)[number] | "ConsumerRouteNotSupported";

export interface ParentVerdict {
  readonly parent: ServiceParent;
  /** Whether the route applies to at least one port of the parent. */
  readonly accepted: Judgement<AcceptedReason>;
  /** Whether every reference leads somewhere; undefined where the route is refused, and nobody has looked. */
  readonly resolvedRefs: Judgement<"ResolvedRefs" | UnresolvedReason> | undefined;
}

/** @param problems what is wrong with the route itself */
export function judgeRoute(
  entry: RouteEntry,
  problems: readonly Problem[],
  groups: RouteGroups,
): readonly ParentVerdict[] {
  const { refusal } = entry.record;
  return entry.attachments.map((attachment) => {
    const { parent } = attachment;
    if (refusal !== undefined) return { parent, accepted: no(refusal, messageOf(problems)), resolvedRefs: undefined };
    return {
      parent,
      accepted: judgeAttachment(entry, attachment, groups),
      resolvedRefs: judgeReferences(entry, attachment),
    };
  });
}

function judgeAttachment(entry: RouteEntry, attachment: Attachment, groups: RouteGroups): ParentVerdict["accepted"] {
  const { ports, service, obstacle, contested } = attachment;
  if (obstacle !== undefined) return no(contested ? "Conflicted" : "NoMatchingParent", formatProblem(obstacle));
  const lost = lostPorts(entry, attachment, groups);
  const conflicts = lost.map(({ port, problem }) => `port ${port}: ${problem.message}`).join("; ");
  const kept = ports.filter((port) => !lost.some((one) => one.port === port));
  if (kept.length === 0) return no("Conflicted", conflicts);
  const applies = `it applies to ${kept.length === 1 ? "port" : "ports"} ${kept.join(", ")} of ${service}`;
  return { holds: true, reason: "Accepted", message: conflicts === "" ? applies : `${applies}; ${conflicts}` };
}

export interface LostPort {
  readonly port: number;
  readonly problem: Problem;
}

/** Ports where routes of the other kind apply, because one of them is older. */
export function lostPorts(
  { record }: RouteEntry,
  { parent, service, ports }: Attachment,
  groups: Pick<RouteGroups, "get">,
): readonly LostPort[] {
  return ports.flatMap((port) => {
    const leader = groups.get({ namespace: record.namespace, service, port })?.leader();
    if (leader === undefined || leader.kind === record.kind) return [];
    const message = `the ${compareRoutes(leader, record) < 0 ? "older " : ""}${leader.kind} ${leader.name} applies there`;
    const hint = `give one of the two another port, or make both of one kind`;
    return [{ port, problem: { path: `spec.parentRefs[${parent.index}]`, message, hint } }];
  });
}

function judgeReferences({ resolved }: RouteEntry, { role }: Attachment): ParentVerdict["resolvedRefs"] {
  const { unresolved } = resolved[role];
  const [first] = unresolved;
  if (first === undefined) {
    return { holds: true, reason: "ResolvedRefs", message: "every reference leads to something that is there" };
  }
  return no(first.reason, messageOf(unresolved.map(({ problem }) => problem)));
}

/** An API server takes no more than 32,768 characters; nobody reads more than these. */
const longestMessage = 2_000;

export function messageOf(problems: readonly Problem[]): string {
  const message = problems.map(formatProblem).join(" | ");
  return message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message;
}

export function no<Reason extends string>(reason: Reason, message: string): Judgement<Reason> {
  return { holds: false, reason, message };
}
