/** The directive `$setElementOrder/<list>`: puts the items of a merged list into an order that the patch names. */
import { isJsonObject, kindOf } from "../json-value.ts";
import { isPrimitive, isSameList, keyedItem, keyIn } from "./merge-list.ts";
import { hasStrategy } from "./merge-directives.ts";
import { orderItems } from "./merge-order.ts";
import { itemPlace, report } from "./merge-place.ts";
import type { MergePlace } from "./merge-place.ts";

export interface ElementOrder {
  /** The list after the merge. */
  readonly list: unknown;
  /** The same field before the merge, and in the patch; undefined where it is absent. */
  readonly base: unknown;
  readonly patch: unknown;
  /** The directive's own list: objects with the merge key, or primitives. */
  readonly order: readonly unknown[];
  readonly mergeKey: string | undefined;
}

/**
 * Orders a merged list; items that the order does not name keep the base's order among themselves.
 *
 * As in Kubernetes the order must name every item that the patch has for the list, in the same sequence.
 *
 * @param place the place of the directive
 */
export function applyElementOrder(what: ElementOrder, place: MergePlace): unknown {
  const { list, base, patch, order, mergeKey } = what;
  if (!Array.isArray(list)) {
    report(place, `the field to order is ${kindOf(list)}`, "name a list");
    return list;
  }
  const keyOf = (item: unknown): unknown => (mergeKey === undefined ? item : keyIn(item, mergeKey));
  const valid = order.filter((item, index) => {
    const here = itemPlace(place, index);
    return mergeKey === undefined ? isPrimitive(item, here) : keyedItem(item, mergeKey, here) !== undefined;
  });
  const keys = valid.map(keyOf);
  if (Array.isArray(patch)) checkSequence(patch.filter((item) => !isDirective(item)).map(keyOf), keys, place);
  const baseOrder = Array.isArray(base) ? base.map(keyOf) : [];
  const ordered = orderItems<unknown>(list, keys, baseOrder, keyOf);
  return isSameList(list, ordered) ? list : ordered;
}

function isDirective(item: unknown): boolean {
  return isJsonObject(item) && hasStrategy(item);
}

/** Walks both lists side by side: each item of the patch must still come in the order. */
function checkSequence(patchKeys: readonly unknown[], orderKeys: readonly unknown[], place: MergePlace): void {
  // An empty order names nothing and orders nothing.
  if (orderKeys.length === 0) return;
  let from = 0;
  for (const key of patchKeys) {
    const index = orderKeys.indexOf(key, from);
    if (index === -1) {
      report(
        place,
        `${String(key)} of the patch is missing from the order, or stands elsewhere in it`,
        "name each item of the patch's list, in the same sequence",
      );
      return;
    }
    from = index + 1;
  }
}
