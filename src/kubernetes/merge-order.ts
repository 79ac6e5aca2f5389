/**
 * The order of a merged list, as Kubernetes has it: items of the patch keep the patch's order, items that only the base
 * has keep the base's order, and the two are interleaved by the base's order as far as that goes. An item that is new
 * has no place in the base and so comes before what the base still has to give: a patch that only adds an item puts it
 * first, not last. `$setElementOrder` is there to say otherwise.
 */

/**
 * Orders the items of a merged list.
 *
 * @param items the merged items; those that the patch does not order are already in the base's order
 * @param patchOrder keys of the patch's items, in the patch's order
 * @param baseOrder keys of the base's items, in the base's order
 * @param keyOf what identifies an item
 */
export function orderItems<T>(
  items: readonly T[],
  patchOrder: readonly unknown[],
  baseOrder: readonly unknown[],
  keyOf: (item: T) => unknown,
): readonly T[] {
  const inPatch = positions(patchOrder);
  const inBase = positions(baseOrder);
  const patched = items.filter((item) => inPatch.has(keyOf(item)));
  const left = items.filter((item) => !inPatch.has(keyOf(item)));
  patched.sort((one, other) => (inPatch.get(keyOf(one)) ?? 0) - (inPatch.get(keyOf(other)) ?? 0));

  const isBefore = (one: T, other: T): boolean =>
    (inBase.get(keyOf(one)) ?? Infinity) < (inBase.get(keyOf(other)) ?? -1);
  return interleave(left, patched, isBefore);
}

function interleave<T>(left: readonly T[], right: readonly T[], isBefore: (one: T, other: T) => boolean): readonly T[] {
  const merged: T[] = [];
  let next = 0;
  for (const item of right) {
    for (let waiting = left[next]; waiting !== undefined && isBefore(waiting, item); waiting = left[next]) {
      merged.push(waiting);
      next += 1;
    }
    merged.push(item);
  }
  return [...merged, ...left.slice(next)];
}

/** The first position of each key. */
function positions(keys: readonly unknown[]): ReadonlyMap<unknown, number> {
  const map = new Map<unknown, number>();
  for (const [index, key] of keys.entries()) if (!map.has(key)) map.set(key, index);
  return map;
}
