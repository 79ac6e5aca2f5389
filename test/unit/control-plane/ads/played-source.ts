/**
 * A source of resources that a test sets one by one, the same for every proxy.
 */
import type {
  EncodedResource,
  ResourceChange,
  ResourceSource,
  TypeUrl,
} from "../../../../src/control-plane/ads/resource-source.ts";
import type { Proxy } from "../../../../src/control-plane/proxy.ts";
import { encodeResource } from "../../../../src/envoy-api/resource.ts";

export class PlayedSource implements ResourceSource {
  readonly #resources = new Map<TypeUrl, Map<string, EncodedResource>>();
  readonly #wildcard = new Map<TypeUrl, ReadonlySet<string>>();
  readonly #listeners = new Set<(change: ResourceChange) => void>();

  /** Sets a resource of this JSON form; its version is the test's. */
  set(type: TypeUrl, version: string, json: Readonly<Record<string, unknown>>): void {
    const name = String(json["cluster_name"] ?? json["name"]);
    const resources = this.#resources.get(type) ?? new Map<string, EncodedResource>();
    this.#resources.set(type, resources.set(name, { name, version, body: encodeResource(type, json) }));
    this.#tell({ shared: new Map([[type, new Set([name])]]), proxies: new Set() });
  }

  /** What everybody gets without asking. */
  setWildcard(type: TypeUrl, ...names: readonly string[]): void {
    this.#wildcard.set(type, new Set(names));
    this.#tell({ shared: new Map(), proxies: "all" });
  }

  wildcardNames(_proxy: Proxy, type: TypeUrl): readonly string[] {
    return [...(this.#wildcard.get(type) ?? [])].sort();
  }

  resource(_proxy: Proxy, type: TypeUrl, name: string): EncodedResource | undefined {
    return this.#resources.get(type)?.get(name);
  }

  /** What was given back, in order: type and name. */
  readonly released: string[] = [];

  release(type: TypeUrl, name: string): void {
    this.released.push(`${type} ${name}`);
  }

  subscribe(listener: (change: ResourceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(change: ResourceChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
