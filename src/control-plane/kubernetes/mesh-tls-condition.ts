/**
 * What the control plane says in a MeshTLS object's status: whether it applies, and if not, why. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../problem.ts";
import { formatProblem } from "../../problem.ts";

/** A condition in the form that Kubernetes gives all of them. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export interface MeshTlsStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** What is known of an object. */
export interface MeshTlsVerdict {
  /** The `metadata.generation` that it is about. */
  readonly generation: number;
  /** Whether it could be understood; one that could not has no effect at all. */
  readonly understood: boolean;
  readonly problems: readonly Problem[];
}

const type = "Accepted";

/** The CRD allows more; nobody reads more. */
const longestMessage = 2_000;

function judge({ understood, problems }: MeshTlsVerdict): Pick<Condition, "status" | "reason" | "message"> {
  if (problems.length === 0 && understood) return { status: "True", reason: "Accepted", message: "it applies" };
  const message = problems.map(formatProblem).join(" | ");
  return {
    status: "False",
    reason: understood ? "Conflicted" : "Invalid",
    message: message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message,
  };
}

/**
 * The status that an object should have; undefined where it has it already.
 *
 * @param now milliseconds since the epoch
 */
export function nextStatus(
  current: MeshTlsStatus | undefined,
  verdict: MeshTlsVerdict,
  now: number,
): Required<MeshTlsStatus> | undefined {
  const before = current?.conditions?.find((condition) => condition.type === type);
  const judged = judge(verdict);
  const lastTransitionTime =
    before?.status === judged.status
      ? before.lastTransitionTime
      : // Kubernetes writes whole seconds.
        new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  const { generation: observedGeneration } = verdict;
  const condition = { type, ...judged, lastTransitionTime, observedGeneration };
  if (current?.observedGeneration === observedGeneration && isDeepStrictEqual({ ...before }, condition))
    return undefined;
  return { observedGeneration, conditions: [condition] };
}
