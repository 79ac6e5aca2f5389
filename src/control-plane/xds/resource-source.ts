/**
 * The mesh as Envoy's resources: what the discovery server asks, answered from what is kept, and changes of the mesh and of
 * certificates, told as changes of resources. No I/O and no time; the same mesh gives the same bytes.
 */
import type {
  EncodedResource,
  Faulty,
  ResourceChange,
  ResourceFault,
  ResourceSource,
  TypeUrl,
} from "../ads/resource-source.ts";
import { typeUrls } from "../ads/resource-source.ts";
import type { Mesh, MeshChange } from "../model/mesh.ts";
import type { NamespacedName } from "../model/workload.ts";
import type { Proxy } from "../proxy.ts";
import { affectedResources } from "./affected-resources.ts";
import { DestinationResources, isDestinationType } from "./destination-resources.ts";

import { FaultBook } from "./fault-book.ts";
import { KnownProxies } from "./known-proxies.ts";
import { inboundName, outboundName } from "./names.ts";
import type { ListenerTargets, ProxyResources } from "./proxy-resources.ts";
import { createProxyResources } from "./proxy-resources.ts";
import type { RouteTable } from "./routes/route-table.ts";
import { RouteTables } from "./routes/route-table.ts";
import type { WorkloadSecrets } from "./secrets.ts";
import type { TranslationSettings } from "./translation-settings.ts";
import { wildcardNames } from "./wildcard-names.ts";

export interface ResourceSourceOptions {
  /** Read at every question; {@link MeshResources.meshChanged} says when its answers have changed. */
  readonly mesh: Mesh;
  readonly secrets: WorkloadSecrets;
  readonly settings: TranslationSettings;
  /** Hears of everything that could not be made; the rest goes on. */
  readonly onFault: (fault: ResourceFault) => void;
}

const wildcard = "*";

export class MeshResources implements ResourceSource {
  readonly #mesh: Mesh;
  readonly #destinations: DestinationResources;
  readonly #own: ProxyResources;
  readonly #routes: RouteTables;
  readonly #faults: FaultBook;
  readonly #proxies = new KnownProxies();
  readonly #listeners = new Set<(change: ResourceChange) => void>();
  #targets: ListenerTargets | undefined;

  constructor({ mesh, secrets, settings, onFault }: ResourceSourceOptions) {
    this.#mesh = mesh;
    this.#destinations = new DestinationResources(mesh, settings.unknownDestinations);
    this.#own = createProxyResources(mesh, secrets, settings);
    this.#faults = new FaultBook(onFault);
    this.#routes = new RouteTables(({ host, error }) => {
      onFault({ type: typeUrls.route, name: outboundName, part: host, error });
    });
  }

  wildcardNames(proxy: Proxy, type: TypeUrl): readonly string[] | Faulty {
    this.#proxies.note(proxy);
    return this.#faults.attempt(type, wildcard, proxy.pod, () =>
      wildcardNames(proxy, type, this.#mesh, this.#routeTable(proxy).mirrorClusters),
    );
  }

  resource(proxy: Proxy, type: TypeUrl, name: string): EncodedResource | Faulty | undefined {
    this.#proxies.note(proxy);
    return this.#faults.attempt(type, name, proxy.pod, () => this.#make(proxy, type, name));
  }

  #make(proxy: Proxy, type: TypeUrl, name: string): EncodedResource | undefined {
    if (isDestinationType(type)) {
      return (
        this.#destinations.get(type, name, proxy.pod) ??
        (type === typeUrls.cluster ? this.#own.cluster(proxy, name) : undefined)
      );
    }
    if (type === typeUrls.listener) return this.#own.listener(proxy, name, this.#listenerTargets());
    if (type === typeUrls.secret) return this.#own.secret(proxy, name);
    if (name === inboundName) return this.#own.inboundRoutes(proxy);
    return name === outboundName ? this.#routeTable(proxy).resource : undefined;
  }

  release(type: TypeUrl, name: string): void {
    this.#faults.forget(type, name);
    if (isDestinationType(type)) this.#destinations.release(type, name);
  }

  subscribe(listener: (change: ResourceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The mesh already gives its new answers. */
  meshChanged(change: MeshChange): void {
    if (change.ports) this.#targets = undefined;
    const affected = affectedResources(change, {
      addressesAt: (ip) => this.#destinations.addressesAt(ip),
      endpointsOf: (address) => this.#destinations.endpointsOf(address),
      proxiesOf: (namespace) => this.#proxies.ofNamespace(namespace),
    });
    for (const [type, names] of affected.shared) if (isDestinationType(type)) this.#destinations.drop(type, names);
    for (const pod of change.workloads) if (this.#mesh.workload(pod) === undefined) this.#forgetProxy(pod);
    this.#tell(affected);
  }

  /** Certificates of these identities have been replaced or have become available; `all`: so have the trust anchors. */
  secretsChanged(identities: ReadonlySet<string> | "all"): void {
    if (identities === "all") {
      this.#tell({ shared: new Map(), proxies: "all" });
      return;
    }
    const proxies = new Set<NamespacedName>();
    for (const identity of identities) for (const pod of this.#proxies.ofIdentity(identity)) proxies.add(pod);
    this.#tell({ shared: new Map(), proxies });
  }

  #routeTable({ namespace }: Proxy): RouteTable {
    return this.#routes.of(namespace, this.#mesh.routedPorts(namespace));
  }

  #forgetProxy(pod: NamespacedName): void {
    this.#proxies.forget(pod);
    const [namespace = ""] = pod.split("/");
    const [another] = this.#proxies.ofNamespace(namespace);
    if (another === undefined) this.#routes.forget(namespace);
  }

  #tell(change: ResourceChange): void {
    this.#faults.changed(change);
    for (const listener of this.#listeners) listener(change);
  }

  #listenerTargets(): ListenerTargets {
    this.#targets ??= {
      inspected: new Set(this.#mesh.inspectedPorts()),
      opaque: new Set(this.#mesh.opaqueAddresses()),
    };
    return this.#targets;
  }
}

/** Puts the translation together. */
export function createResourceSource(options: ResourceSourceOptions): MeshResources {
  return new MeshResources(options);
}
