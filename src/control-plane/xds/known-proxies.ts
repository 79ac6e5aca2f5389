/**
 * The proxies that have asked for something, by what they have in common: changes of a namespace or of an identity are
 * theirs. A proxy is forgotten with its pod.
 */
import { MultiMap } from "../model/multi-map.ts";
import type { NamespacedName } from "../model/workload.ts";
import type { Proxy } from "../proxy.ts";

export class KnownProxies {
  readonly #proxies = new Map<NamespacedName, Proxy>();
  readonly #byNamespace = new MultiMap<NamespacedName>();
  readonly #byIdentity = new MultiMap<NamespacedName>();

  note(proxy: Proxy): void {
    if (this.#proxies.get(proxy.pod) === proxy) return;
    this.forget(proxy.pod);
    this.#proxies.set(proxy.pod, proxy);
    this.#byNamespace.add(proxy.namespace, proxy.pod);
    this.#byIdentity.add(proxy.identity, proxy.pod);
  }

  forget(pod: NamespacedName): void {
    const proxy = this.#proxies.get(pod);
    if (proxy === undefined) return;
    this.#proxies.delete(pod);
    this.#byNamespace.delete(proxy.namespace, pod);
    this.#byIdentity.delete(proxy.identity, pod);
  }

  ofNamespace(namespace: string): Iterable<NamespacedName> {
    return this.#byNamespace.get(namespace);
  }

  ofIdentity(identity: string): Iterable<NamespacedName> {
    return this.#byIdentity.get(identity);
  }
}
