/** ReferenceGrants: which routes may name Services of a namespace that is not theirs. */
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import type { ReferenceGrantRecord, ReferrerKind } from "./route-record.ts";

/** Who names a Service. */
export interface Referrer {
  readonly kind: ReferrerKind;
  readonly namespace: string;
}

export class GrantIndex {
  /** Namespace of what is named → grants. */
  readonly #grants = new Map<string, Map<NamespacedName, ReferenceGrantRecord>>();

  set(key: NamespacedName, grant: ReferenceGrantRecord | undefined): void {
    const [namespace = ""] = key.split("/");
    const grants = this.#grants.get(namespace) ?? new Map<NamespacedName, ReferenceGrantRecord>();
    if (grant === undefined) grants.delete(key);
    else grants.set(key, grant);
    if (grants.size === 0) this.#grants.delete(namespace);
    else this.#grants.set(namespace, grants);
  }

  get(key: NamespacedName): ReferenceGrantRecord | undefined {
    const [namespace = ""] = key.split("/");
    return this.#grants.get(namespace)?.get(key);
  }

  /** Whether a route may name a Service of another namespace. */
  allows(route: Referrer, namespace: string, service: string): boolean {
    for (const { from, services } of this.#grants.get(namespace)?.values() ?? []) {
      const isNamed = services.includes(undefined) || services.includes(service);
      if (isNamed && from.some((source) => source.kind === route.kind && source.namespace === route.namespace))
        return true;
    }
    return false;
  }
}

export function keyOfGrant({ namespace, name }: ReferenceGrantRecord): NamespacedName {
  return namespacedName(namespace, name);
}
