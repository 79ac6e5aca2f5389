/** Conditions in the form that Kubernetes gives all of them. Pure. */
import { isJsonObject } from "../../../json-value.ts";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** What a condition says, but for since when. */
export type Statement = Omit<Condition, "lastTransitionTime">;

/** The conditions that say this: since now where the status of one differs from what it was, or there was none. */
export function datedConditions(
  statements: readonly Statement[],
  before: readonly Condition[],
  now: number,
): readonly Condition[] {
  return statements.map((statement) => {
    const same = before.find(({ type, status }) => type === statement.type && status === statement.status);
    return { ...statement, lastTransitionTime: same?.lastTransitionTime ?? timeOf(now) };
  });
}

/** Kubernetes writes whole seconds. */
function timeOf(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The conditions in a list that nobody has checked; what is none is left out. */
export function conditionsIn(list: unknown): readonly Condition[] {
  return Array.isArray(list) ? list.filter(isCondition) : [];
}

function isCondition(value: unknown): value is Condition {
  return isJsonObject(value) && typeof value["type"] === "string" && typeof value["lastTransitionTime"] === "string";
}

/** What conditions say, each in the same form. */
export function statementsOf(conditions: readonly Condition[]): readonly Statement[] {
  return conditions.map(({ type, status, reason, message, observedGeneration }) => ({
    type,
    status,
    reason,
    message,
    ...(observedGeneration !== undefined && { observedGeneration }),
  }));
}
