/** What is to be said of a TCPRoute to whoever wrote it: parent by parent, in the words of the API's conditions, and in the log. */
import type { Problem } from "../../../problem.ts";
import { formatProblem } from "../../../problem.ts";
import type { MeshState } from "../mesh-state.ts";
import { namedPorts, serviceOfParent } from "../routes/attach-parents.ts";
import type { AcceptedReason, LostPort, ParentVerdict } from "../routes/judge-route.ts";
import { messageOf, no } from "../routes/judge-route.ts";
import type { Unresolved } from "../routes/resolve-backend.ts";
import { isUnresolved } from "../routes/resolve-backend.ts";
import type { ServiceParent } from "../routes/route-record.ts";
import type { FrontPort } from "../routes/service-front.ts";
import type { NamespacedName } from "../workload.ts";
import { backendLookup } from "./backend-lookup.ts";
import { requestRoutesFor } from "./place-tcp-route.ts";
import { compareContenders, oldestOf } from "./port-holder.ts";
import { resolveTcpBackend } from "./resolve-tcp-backend.ts";
import type { TcpRouteRecord } from "./tcp-route-record.ts";
import { isOwnParent } from "./tcp-route-table.ts";

/** Reasons of the condition `Accepted`. */
export const tcpAcceptedReasons = [
  "Accepted",
  "NoMatchingParent",
  "Conflicted",
  "ConsumerRouteNotSupported",
  "UnsupportedValue",
] as const satisfies readonly AcceptedReason[];

type TcpAcceptedReason = (typeof tcpAcceptedReasons)[number];

/** What has become of one parent. */
interface Outcome {
  /** Ports that the route has. */
  readonly held: readonly number[];
  /** Ports that it is for, and another route has. */
  readonly lost: readonly LostPort[];
  /** Why it can be for none. */
  readonly obstacle: { readonly reason: TcpAcceptedReason; readonly problem: Problem } | undefined;
}

/** Undefined where there is no such route. */
export function judgeTcpRoute(state: MeshState, key: NamespacedName): readonly ParentVerdict[] | undefined {
  const record = state.tcpRoutes.table.get(key);
  if (record === undefined) return undefined;
  const { parents, refusal } = record;
  if (refusal !== undefined) {
    const message = messageOf(state.book.of("tcpRoute", key));
    return parents.map((parent) => ({ parent, accepted: no(refusal, message), resolvedRefs: undefined }));
  }
  const resolvedRefs = judgeReferences(unresolvedOf(state, record));
  return parents.map((parent) => {
    const outcome = outcomeOf(state, key, record, parent);
    return { parent, accepted: judgeOutcome(outcome, serviceOfParent(record, parent)), resolvedRefs };
  });
}

/** Replaces what has been said of a route in the log; of one that is gone, nothing. */
export function reportTcpRoute(state: MeshState, key: NamespacedName): void {
  const record = state.tcpRoutes.table.get(key);
  const isSound = record !== undefined && record.refusal === undefined;
  const outcomes = isSound ? record.parents.map((parent) => outcomeOf(state, key, record, parent)) : [];
  const put = (cause: string, problems: readonly Problem[]): void => {
    state.book.set("tcpRoute", key, cause, problems);
  };
  put(
    "parents",
    outcomes.flatMap(({ obstacle }) => (obstacle === undefined ? [] : [obstacle.problem])),
  );
  put(
    "conflicts",
    outcomes.flatMap(({ lost }) =>
      lost.map(({ port, problem }) => ({ ...problem, message: `port ${port}: ${problem.message}` })),
    ),
  );
  put("references", isSound ? unresolvedOf(state, record).map(({ problem }) => problem) : []);
}

function outcomeOf(state: MeshState, key: NamespacedName, record: TcpRouteRecord, parent: ServiceParent): Outcome {
  const service = serviceOfParent(record, parent);
  const none = { held: [], lost: [] };
  const path = `spec.parentRefs[${parent.index}]`;
  if (!isOwnParent(record, parent)) {
    const message = `a TCPRoute is for the connections of all clients, and so for Services of its own namespace: ${service} is of another one`;
    const problem = { path, message, hint: "move the route to the Service's namespace" };
    return { ...none, obstacle: { reason: "ConsumerRouteNotSupported", problem } };
  }
  const named = namedPorts(parent, service, state.services.resolved(service).front);
  if ("obstacle" in named) return { ...none, obstacle: { reason: "NoMatchingParent", problem: named.obstacle } };
  const candidates = named.filter(({ protocol }) => protocol === "tcp" || protocol === "detect");
  if (candidates.length === 0) {
    const problem = { path, message: takesRequests(service, named), hint: "write an HTTPRoute or a GRPCRoute" };
    return { ...none, obstacle: { reason: "NoMatchingParent", problem } };
  }
  const isHeld = ({ tcpRoute }: FrontPort): boolean => tcpRoute === key;
  return {
    held: candidates.filter(isHeld).map(({ port }) => port),
    lost: candidates
      .filter((port) => !isHeld(port))
      .map((port) => ({ port: port.port, problem: lostTo(state, record, service, port, path) })),
    obstacle: undefined,
  };
}

function takesRequests(service: NamespacedName, ports: readonly FrontPort[]): string {
  const numbers = ports.map(({ port }) => port).join(", ");
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))].join(", ");
  return `port ${numbers} of the Service ${service} takes requests (${protocols}), not plain TCP`;
}

function lostTo(
  state: MeshState,
  record: TcpRouteRecord,
  service: NamespacedName,
  { name, port, tcpRoute }: FrontPort,
  path: string,
): Problem {
  const hint = "remove one of the two routes, or give it another port";
  const other = tcpRoute === undefined ? undefined : state.tcpRoutes.table.get(tcpRoute);
  if (other !== undefined) {
    const older = compareContenders(other, record) < 0 ? "older " : "";
    return { path, message: `the ${older}TCPRoute ${other.name} applies there`, hint };
  }
  const requests = oldestOf(requestRoutesFor(state, service, undefined), { service, name, port, declared: "detect" });
  return { path, message: `the older ${requests?.kind ?? "route"} ${requests?.name ?? ""} applies there`, hint };
}

function judgeOutcome({ held, lost, obstacle }: Outcome, service: NamespacedName): ParentVerdict["accepted"] {
  if (obstacle !== undefined) return no(obstacle.reason, formatProblem(obstacle.problem));
  const conflicts = lost.map(({ port, problem }) => `port ${port}: ${problem.message}`).join("; ");
  if (held.length === 0) return no("Conflicted", conflicts);
  const applies = `it applies to ${held.length === 1 ? "port" : "ports"} ${held.join(", ")} of ${service}`;
  return { holds: true, reason: "Accepted", message: conflicts === "" ? applies : `${applies}; ${conflicts}` };
}

function unresolvedOf(state: MeshState, { namespace, backends }: TcpRouteRecord): readonly Unresolved[] {
  const lookup = backendLookup(state);
  return backends.map(({ reference }) => resolveTcpBackend(namespace, reference, lookup)).filter(isUnresolved);
}

function judgeReferences(unresolved: readonly Unresolved[]): NonNullable<ParentVerdict["resolvedRefs"]> {
  const [first] = unresolved;
  if (first === undefined) {
    return { holds: true, reason: "ResolvedRefs", message: "every reference leads to something that is there" };
  }
  return no(first.reason, messageOf(unresolved.map(({ problem }) => problem)));
}
