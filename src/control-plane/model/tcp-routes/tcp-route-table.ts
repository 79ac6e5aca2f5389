/** The TCPRoutes, and what leads to them: Services, and namespaces that grant references. */
import { MultiMap } from "../multi-map.ts";
import type { ServiceParent } from "../routes/route-record.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import { compareContenders } from "./port-holder.ts";
import type { TcpRouteRecord } from "./tcp-route-record.ts";

const empty: ReadonlySet<never> = new Set();

export class TcpRouteTable {
  readonly #records = new Map<NamespacedName, TcpRouteRecord>();
  readonly #byParent = new MultiMap<NamespacedName>();
  readonly #byBackend = new MultiMap<NamespacedName>();
  readonly #byForeignNamespace = new MultiMap<NamespacedName>();

  get(key: NamespacedName): TcpRouteRecord | undefined {
    return this.#records.get(key);
  }

  /** Those for a Service, the oldest first. */
  ofParent(service: NamespacedName): readonly TcpRouteRecord[] {
    const records = Array.from(this.#byParent.get(service), (key) => this.#records.get(key));
    return records.filter((record) => record !== undefined).sort(compareContenders);
  }

  hasParent(service: NamespacedName): boolean {
    return this.#byParent.has(service);
  }

  namingBackend(service: NamespacedName): Iterable<NamespacedName> {
    return this.#byBackend.get(service);
  }

  /** Those of other namespaces that name a backend of this one. */
  namingNamespace(namespace: string): Iterable<NamespacedName> {
    return this.#byForeignNamespace.get(namespace);
  }

  /** Undefined: it is gone. */
  set(key: NamespacedName, record: TcpRouteRecord | undefined): void {
    const before = this.#records.get(key);
    this.#byParent.move(key, new Set(parentServices(before)), new Set(parentServices(record)));
    this.#byBackend.move(key, backendServices(before), backendServices(record));
    this.#byForeignNamespace.move(key, foreignNamespaces(before), foreignNamespaces(record));
    if (record === undefined) this.#records.delete(key);
    else this.#records.set(key, record);
  }
}

/** Whether the parent is of the route's own namespace, and so one that the route can be for. */
export function isOwnParent({ namespace }: Pick<TcpRouteRecord, "namespace">, parent: ServiceParent): boolean {
  return parent.namespace === undefined || parent.namespace === namespace;
}

/** Those that the route can be for. */
export function parentServices(route: TcpRouteRecord | undefined): readonly NamespacedName[] {
  if (route === undefined) return [];
  const parents = route.parents.filter((parent) => isOwnParent(route, parent));
  return parents.map(({ name }) => namespacedName(route.namespace, name));
}

function backendServices(route: TcpRouteRecord | undefined): ReadonlySet<NamespacedName> {
  if (route === undefined) return empty;
  return new Set(route.backends.map(({ reference: { namespace, name } }) => namespacedName(namespace, name)));
}

function foreignNamespaces(route: TcpRouteRecord | undefined): ReadonlySet<string> {
  if (route === undefined) return empty;
  const namespaces = route.backends.map(({ reference }) => reference.namespace);
  return new Set(namespaces.filter((namespace) => namespace !== route.namespace));
}
