/**
 * The local copy behind a list-watch: objects by name, reduced to what their reader keeps of them.
 */
import type { KubernetesObject } from "./api.ts";

export interface ObjectCacheOptions<T> {
  readonly reduce: (object: KubernetesObject) => T;
  /** An object appeared, changed or went (`undefined`); not called for one that is put again unchanged. */
  readonly onChange?: (name: string, value: T | undefined) => void;
}

export class ObjectCache<T> {
  readonly #options: ObjectCacheOptions<T>;
  readonly #objects = new Map<string, { readonly version: string | undefined; readonly value: T }>();

  constructor(options: ObjectCacheOptions<T>) {
    this.#options = options;
  }

  get(name: string): T | undefined {
    return this.#objects.get(name)?.value;
  }

  values(): readonly T[] {
    return Array.from(this.#objects.values(), ({ value }) => value);
  }

  put(object: KubernetesObject): void {
    const name = object.metadata?.name ?? "";
    const version = object.metadata?.resourceVersion;
    if (version !== undefined && this.#objects.get(name)?.version === version) return;
    const value = this.#options.reduce(object);
    this.#objects.set(name, { version, value });
    this.#options.onChange?.(name, value);
  }

  remove(name: string): void {
    if (this.#objects.delete(name)) this.#options.onChange?.(name, undefined);
  }

  /** Makes the copy equal to a list: what is not in it is gone. */
  replace(listed: readonly KubernetesObject[]): void {
    for (const object of listed) this.put(object);
    const names = new Set(listed.map(({ metadata }) => metadata?.name ?? ""));
    for (const name of [...this.#objects.keys()]) if (!names.has(name)) this.remove(name);
  }
}
