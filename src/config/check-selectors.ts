/**
 * What the schema cannot say about a label selector: which operators take values, and that a selector of everything is
 * no selector. Source: Kubernetes API reference, "LabelSelector".
 */
import type { Problem } from "../problem.ts";
import { memberPath } from "./path.ts";
import type { LabelSelector } from "./schema.ts";

type Requirement = NonNullable<LabelSelector["matchExpressions"]>[number];

function checkRequirement({ operator, values = [] }: Requirement, path: string): readonly Problem[] {
  const wantsValues = operator === "In" || operator === "NotIn";
  const at = memberPath(path, "values");
  if (wantsValues && values.length === 0) {
    return [{ path: at, message: `${operator} needs at least one value`, hint: "write a list of label values" }];
  }
  if (!wantsValues && values.length > 0) {
    return [{ path: at, message: `${operator} takes no values`, hint: "remove the values, or write In or NotIn" }];
  }
  return [];
}

/** All that is wrong with a list of selectors; `path` is the list's own, e.g. `injection.neverInject`. */
export function checkSelectors(selectors: readonly LabelSelector[], path: string): readonly Problem[] {
  return selectors.flatMap(({ matchLabels = {}, matchExpressions = [] }, index): readonly Problem[] => {
    const at = memberPath(path, index);
    if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) {
      const hint = "name a label, or set injection.defaultPolicy for all pods";
      return [{ path: at, message: "is an empty selector, which selects every pod", hint }];
    }
    const list = memberPath(at, "matchExpressions");
    return matchExpressions.flatMap((requirement, place) => checkRequirement(requirement, memberPath(list, place)));
  });
}
