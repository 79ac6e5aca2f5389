/** Which pods are gone after a batch of changes, told apart by their uids from those that have their names since. */
import type { ObjectChange } from "./cluster-object.ts";
import type { NamespacedName, Workload } from "./workload.ts";

/** A pod that is gone. */
export interface DepartedPod {
  readonly pod: NamespacedName;
  readonly uid: string;
}

/** One that nothing can be made of is still there. */
function isUnreadable({ object, problems }: ObjectChange): boolean {
  return object === undefined && problems.length > 0;
}

/**
 * The pods that a batch takes away, also those that have come and gone within it.
 *
 * @param before a pod as it was before the batch
 */
export function departedPods(
  changes: readonly ObjectChange[],
  before: (pod: NamespacedName) => Pick<Workload, "uid"> | undefined,
): readonly DepartedPod[] {
  const uids = new Map<string, string | undefined>();
  return changes.flatMap((change) => {
    if (change.kind !== "pod" || isUnreadable(change)) return [];
    const pod = change.key as NamespacedName;
    const known = uids.has(pod) ? uids.get(pod) : before(pod)?.uid;
    const now = change.object?.uid;
    uids.set(pod, now);
    return known === undefined || known === "" || known === now ? [] : [{ pod, uid: known }];
  });
}
