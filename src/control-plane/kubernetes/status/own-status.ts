/** The status of objects of the mesh's own kinds: conditions about the object as a whole. Pure. */
import { isJsonObject } from "../../../json-value.ts";
import type { Problem } from "../../../problem.ts";
import { formatProblem } from "../../../problem.ts";
import { conditionsIn, datedConditions, statementsOf } from "./condition.ts";
import type { Condition, Statement } from "./condition.ts";
import type { StatusForm } from "./status-form.ts";

export interface OwnStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** What is known of an object. */
export interface ObjectVerdict {
  /** The `metadata.generation` that it is about. */
  readonly generation: number;
  /** Whether it could be understood; one that could not has no effect at all. */
  readonly understood: boolean;
  readonly problems: readonly Problem[];
}

const type = "Accepted";

/** The CRDs allow more; nobody reads more. */
const longestMessage = 2_000;

function judge({ understood, problems, generation: observedGeneration }: ObjectVerdict): Statement {
  if (problems.length === 0 && understood) {
    return { type, status: "True", reason: "Accepted", message: "it applies", observedGeneration };
  }
  const message = problems.map(formatProblem).join(" | ");
  return {
    type,
    status: "False",
    reason: understood ? "Conflicted" : "Invalid",
    message: message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message,
    observedGeneration,
  };
}

/** One condition, `Accepted`. */
export const ownStatus: StatusForm<ObjectVerdict> = {
  said: (status) => {
    const { observedGeneration, conditions } = read(status);
    return { observedGeneration, conditions: statementsOf(conditions.filter((condition) => condition.type === type)) };
  },
  due: (verdict) => ({ observedGeneration: verdict.generation, conditions: [judge(verdict)] }),
  written: (status, verdict, now) => {
    const { conditions } = read(status);
    const others = conditions.filter((condition) => condition.type !== type);
    return {
      observedGeneration: verdict.generation,
      conditions: [...datedConditions([judge(verdict)], conditions, now), ...others],
    };
  },
};

function read(status: unknown): { readonly observedGeneration: unknown; readonly conditions: readonly Condition[] } {
  const { observedGeneration, conditions } = isJsonObject(status) ? status : {};
  return { observedGeneration, conditions: conditionsIn(conditions) };
}
