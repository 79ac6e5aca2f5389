/**
 * A map from keys to sets of texts, for indices: most keys have one value, and a set for each of a hundred thousand keys
 * would cost more memory than what is indexed.
 */

export class MultiMap<V extends string = string> {
  readonly #values = new Map<string, V | Set<V>>();

  get(key: string): Iterable<V> {
    const values = this.#values.get(key);
    return values === undefined ? [] : typeof values === "string" ? [values] : values;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  add(key: string, value: V): void {
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, value);
    else if (typeof values !== "string") values.add(value);
    else if (values !== value) this.#values.set(key, new Set([values, value]));
  }

  delete(key: string, value: V): void {
    const values = this.#values.get(key);
    if (values === value) this.#values.delete(key);
    if (typeof values !== "object") return;
    values.delete(value);
    const [last] = values;
    if (values.size === 1 && last !== undefined) this.#values.set(key, last);
  }

  /** Gives a value the keys of one set in place of those of another. */
  move(value: V, from: ReadonlySet<string>, to: ReadonlySet<string>): void {
    for (const key of from) if (!to.has(key)) this.delete(key, value);
    for (const key of to) if (!from.has(key)) this.add(key, value);
  }
}

const empty: ReadonlySet<string> = new Set();

/** The set of the key, where there is one. */
export function setOf(key: string | undefined): ReadonlySet<string> {
  return key === undefined ? empty : new Set([key]);
}
