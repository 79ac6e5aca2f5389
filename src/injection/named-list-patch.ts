/**
 * Patch operations for a list whose items have names: items are matched by name, so that an inserted item is one `add`,
 * a dropped one is one `remove`, a moved one is one of each, and a changed one is patched where it stands.
 */
import type { Operation } from "fast-json-patch";

export interface NamedItem {
  readonly name: string;
}

/** Appends what turns `before` into `after`, two values at `path`. */
export type AppendOperations = (operations: Operation[], path: string, before: unknown, after: unknown) => void;

/** Whether both lists consist of objects with a name of their own each; an emptied list is simply replaced. */
export function areNamedLists(before: readonly unknown[], after: readonly unknown[]): before is readonly NamedItem[] {
  return after.length > 0 && haveUniqueNames(before) && haveUniqueNames(after);
}

/**
 * Appends the operations for one named list. They are in the order in which they apply: removals from the back, so that
 * the indices still to come hold, then one walk from the front in which everything before the current index is final.
 */
export function appendNamedListOperations(
  operations: Operation[],
  path: string,
  before: readonly NamedItem[],
  after: readonly unknown[],
  appendOperations: AppendOperations,
): void {
  const items = after as readonly NamedItem[];
  const staying = itemsThatStay(before, items);
  for (let index = before.length - 1; index >= 0; index -= 1) {
    const item = before[index];
    if (item !== undefined && !staying.has(item.name)) operations.push({ op: "remove", path: `${path}/${index}` });
  }
  items.forEach((item, index) => {
    const previous = staying.get(item.name);
    if (previous === undefined) operations.push({ op: "add", path: `${path}/${index}`, value: item });
    else appendOperations(operations, `${path}/${index}`, previous, item);
  });
}

/**
 * The items of `before`, by name, that keep their relative order in `after`: as many as possible. The others are taken
 * out and, where `after` still has them, put in again.
 */
export function itemsThatStay(
  before: readonly NamedItem[],
  after: readonly NamedItem[],
): ReadonlyMap<string, NamedItem> {
  const positions = new Map(before.map((item, index) => [item.name, index]));
  const kept = after.flatMap((item) => positions.get(item.name) ?? []);
  const inOrder = isIncreasing(kept) ? kept : longestIncreasing(kept);
  return new Map(inOrder.flatMap((index) => (before[index] ? [[before[index].name, before[index]]] : [])));
}

function haveUniqueNames(list: readonly unknown[]): boolean {
  const names = new Set<string>();
  for (const item of list) {
    if (typeof item !== "object" || item === null || !("name" in item) || typeof item.name !== "string") return false;
    names.add(item.name);
  }
  return names.size === list.length;
}

function isIncreasing(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? -1));
}

/** The longest increasing subsequence of distinct numbers, by patience sorting, in O(n log n). */
function longestIncreasing(numbers: readonly number[]): number[] {
  const previous = new Map<number, number | undefined>();
  /** `tails[k]` is the smallest number that ends an increasing subsequence of length k + 1. */
  const tails: number[] = [];
  for (const number of numbers) {
    const length = countBelow(tails, number);
    previous.set(number, tails[length - 1]);
    tails[length] = number;
  }
  const sequence: number[] = [];
  for (let number = tails.at(-1); number !== undefined; number = previous.get(number)) sequence.push(number);
  return sequence.reverse();
}

/** How many numbers of a sorted list are below the given one. */
function countBelow(sorted: readonly number[], number: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
