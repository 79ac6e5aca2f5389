/**
 * A list that is always in order, for thousands of items of which one changes at a time: to find a place takes a binary
 * search, and to make room for an item moves only references.
 */

/** Negative, 0 or positive, as for `sort`. 0 means the same place: a list holds one of those. */
export type Order<T> = (one: T, other: T) => number;

export class SortedList<T> {
  readonly #items: T[] = [];
  readonly #order: Order<T>;
  #snapshot: readonly T[] | undefined;

  constructor(order: Order<T>) {
    this.#order = order;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  get size(): number {
    return this.#items.length;
  }

  /** Never modified afterwards; the same object until the list changes. */
  snapshot(): readonly T[] {
    return (this.#snapshot ??= this.#items.slice());
  }

  /** The item in the place of another one. */
  find(like: T): T | undefined {
    const place = this.#placeOf(like);
    const item = this.#items[place];
    return item !== undefined && this.#order(item, like) === 0 ? item : undefined;
  }

  /** Puts an item in its place; what was there goes. */
  put(item: T): { readonly place: number; readonly replaced: boolean } {
    const place = this.#placeOf(item);
    const replaced = this.#isAt(place, item);
    this.#items.splice(place, replaced ? 1 : 0, item);
    this.#snapshot = undefined;
    return { place, replaced };
  }

  /** Takes out what is in the item's place, and returns where that was; undefined where nothing was there. */
  remove(item: T): number | undefined {
    const place = this.#placeOf(item);
    if (!this.#isAt(place, item)) return undefined;
    this.#items.splice(place, 1);
    this.#snapshot = undefined;
    return place;
  }

  #isAt(place: number, like: T): boolean {
    const item = this.#items[place];
    return item !== undefined && this.#order(item, like) === 0;
  }

  /** Where the item is or belongs: the first place whose item does not come before it. */
  #placeOf(like: T): number {
    let [from, to] = [0, this.#items.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const item = this.#items[middle];
      if (item !== undefined && this.#order(item, like) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
