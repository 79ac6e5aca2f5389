/** The routes, with what has been worked out of each, and what leads to them: Services, and namespaces that grant references. */
import { MultiMap } from "../multi-map.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import type { Attachment } from "./attach-parents.ts";
import { serviceOfParent } from "./attach-parents.ts";
import type { RouteRole } from "./resolve-backend.ts";
import type { ResolvedRules } from "./resolve-route.ts";
import type { RouteKey } from "./route-key.ts";
import type { BackendReference, RouteRecord } from "./route-record.ts";

/** A route and what follows from it; replaced as a whole, never modified. */
export interface RouteEntry {
  readonly record: RouteRecord;
  readonly attachments: readonly Attachment[];
  /** By whose requests it concerns; no rules where it has no parent of the kind. */
  readonly resolved: Readonly<Record<RouteRole, ResolvedRules>>;
}

const empty: ReadonlySet<never> = new Set();

export class RouteTable {
  readonly #entries = new Map<RouteKey, RouteEntry>();
  readonly #byService = new MultiMap<RouteKey>();
  readonly #byForeignNamespace = new MultiMap<RouteKey>();

  get(key: RouteKey): RouteEntry | undefined {
    return this.#entries.get(key);
  }

  keys(): Iterable<RouteKey> {
    return this.#entries.keys();
  }

  /** Routes that name the Service, as a parent or as a backend. */
  namingService(service: NamespacedName): Iterable<RouteKey> {
    return this.#byService.get(service);
  }

  /** Routes of other namespaces that name a backend of this one. */
  namingNamespace(namespace: string): Iterable<RouteKey> {
    return this.#byForeignNamespace.get(namespace);
  }

  set(key: RouteKey, entry: RouteEntry | undefined): void {
    const [before, after] = [this.#entries.get(key)?.record, entry?.record];
    if (before !== after) {
      this.#byService.move(key, servicesOf(before), servicesOf(after));
      this.#byForeignNamespace.move(key, foreignNamespaces(before), foreignNamespaces(after));
    }
    if (entry === undefined) this.#entries.delete(key);
    else this.#entries.set(key, entry);
  }
}

function servicesOf(route: RouteRecord | undefined): ReadonlySet<NamespacedName> {
  if (route === undefined) return empty;
  const parents = route.parents.map((parent) => serviceOfParent(route, parent));
  return new Set([...parents, ...referencesOf(route).map(({ namespace, name }) => namespacedName(namespace, name))]);
}

function foreignNamespaces(route: RouteRecord | undefined): ReadonlySet<string> {
  if (route === undefined) return empty;
  const namespaces = referencesOf(route).map(({ namespace }) => namespace);
  return new Set(namespaces.filter((namespace) => namespace !== route.namespace));
}

function referencesOf({ rules }: RouteRecord): readonly BackendReference[] {
  return rules.flatMap(({ action, mirrors }) => {
    const backends = action.kind === "forward" ? action.backends : [];
    return [...backends, ...mirrors].map(({ reference }) => reference);
  });
}
