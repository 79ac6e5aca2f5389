/**
 * Resources that could not be made. Such a fault is one of this program's, mostly met by one odd object: it must cost that
 * resource alone. What has failed is not tried again before something that concerns it changes.
 */
import type { Faulty, ResourceChange, ResourceFault, TypeUrl } from "../ads/resource-source.ts";
import { faulty } from "../ads/resource-source.ts";
import type { NamespacedName } from "../model/workload.ts";

export class FaultBook {
  readonly #onFault: (fault: ResourceFault) => void;
  /** Type → name → for whom it could not be made. */
  readonly #open = new Map<TypeUrl, Map<string, Set<NamespacedName>>>();

  /** @param onFault hears of each failure, before the one who asked does */
  constructor(onFault: (fault: ResourceFault) => void) {
    this.#onFault = onFault;
  }

  /** Makes something for a proxy, unless that has failed since it last changed. */
  attempt<T>(type: TypeUrl, name: string, pod: NamespacedName, make: () => T): T | Faulty {
    if (this.#open.get(type)?.get(name)?.has(pod) === true) return faulty;
    try {
      return make();
    } catch (error) {
      this.#note(type, name, pod);
      this.#onFault({ type, name, pod, error });
      return faulty;
    }
  }

  /** What this change concerns may be tried again. */
  changed({ shared, proxies }: ResourceChange): void {
    if (proxies === "all") {
      this.#open.clear();
      return;
    }
    for (const [type, names] of shared) for (const name of names) this.forget(type, name);
    for (const faults of this.#open.values()) {
      for (const pods of faults.values()) for (const pod of proxies) pods.delete(pod);
    }
  }

  /** Nobody wants this any more. */
  forget(type: TypeUrl, name: string): void {
    this.#open.get(type)?.delete(name);
  }

  #note(type: TypeUrl, name: string, pod: NamespacedName): void {
    const faults = this.#open.get(type) ?? new Map<string, Set<NamespacedName>>();
    this.#open.set(type, faults);
    const pods = faults.get(name) ?? new Set();
    faults.set(name, pods.add(pod));
  }
}
