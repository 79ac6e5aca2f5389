/**
 * The local copy behind a list-watch: objects by their key, reduced to what their reader keeps of them.
 */
import type { KubernetesObject } from "./api.ts";

export interface ObjectCacheOptions<T> {
  readonly reduce: (object: KubernetesObject) => T;
  /** What tells objects apart; their name unless given. Those of several namespaces need more. */
  readonly keyOf?: (object: KubernetesObject) => string;
  /** An object appeared, changed or went (`undefined`); not called for one that is put again unchanged. */
  readonly onChange?: (key: string, value: T | undefined) => void;
}

export class ObjectCache<T> {
  readonly #options: ObjectCacheOptions<T>;
  readonly #objects = new Map<string, { readonly version: string | undefined; readonly value: T }>();

  constructor(options: ObjectCacheOptions<T>) {
    this.#options = options;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)?.value;
  }

  values(): readonly T[] {
    return Array.from(this.#objects.values(), ({ value }) => value);
  }

  /** @returns the object's key */
  put(object: KubernetesObject): string {
    const key = this.#keyOf(object);
    const version = object.metadata?.resourceVersion;
    if (version !== undefined && this.#objects.get(key)?.version === version) return key;
    const value = this.#options.reduce(object);
    this.#objects.set(key, { version, value });
    this.#options.onChange?.(key, value);
    return key;
  }

  remove(object: KubernetesObject): void {
    this.#drop(this.#keyOf(object));
  }

  /** Removes all others: what a list did not name is gone. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of [...this.#objects.keys()]) if (!keys.has(key)) this.#drop(key);
  }

  #keyOf(object: KubernetesObject): string {
    return this.#options.keyOf?.(object) ?? object.metadata?.name ?? "";
  }

  #drop(key: string): void {
    if (this.#objects.delete(key)) this.#options.onChange?.(key, undefined);
  }
}
