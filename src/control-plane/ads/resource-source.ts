/**
 * What the discovery server asks for resources, and how it hears that some have changed. The server knows streams,
 * subscriptions and versions; the source knows the mesh and Envoy's configuration, and neither knows the other's trade.
 */
import type { NamespacedName } from "../model/workload.ts";
import type { Proxy } from "../proxy.ts";

/** Type URLs of what is served, in the order in which updates are sent: what is referred to before what refers to it. */
export const typeUrls = {
  secret: "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
  cluster: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  endpoints: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  listener: "type.googleapis.com/envoy.config.listener.v3.Listener",
  route: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
} as const;

export type TypeUrl = (typeof typeUrls)[keyof typeof typeUrls];

/** One resource, encoded. */
export interface EncodedResource {
  readonly name: string;
  /** Differs when and only when the bytes differ; the same on every replica. */
  readonly version: string;
  /** The protobuf message's bytes: the `value` of the `Any` whose type is the resource's. */
  readonly body: Uint8Array;
}

/** What may have changed: streams compare versions of what they use among it. */
export interface ResourceChange {
  /** Names, by type, that are the same for every proxy which asks for them. */
  readonly shared: ReadonlyMap<TypeUrl, ReadonlySet<string>>;
  /** Proxies whose wildcard names or own resources may differ; `all` of them after a change of what everybody has. */
  readonly proxies: ReadonlySet<NamespacedName> | "all";
}

/** In place of what there should be and could not be made: nothing is said of it, and proxies keep what they have. */
export const faulty = Symbol("faulty");
export type Faulty = typeof faulty;

/** A resource that could not be made. */
export interface ResourceFault {
  readonly type: TypeUrl;
  /** Of the resource; `*`: the names that a proxy gets without asking. */
  readonly name: string;
  /** The part of it that failed, where the rest could be made. */
  readonly part?: string;
  /** The proxy that it was made for; undefined where it would be the same for all. */
  readonly pod?: NamespacedName;
  readonly error: unknown;
}

export interface ResourceSource {
  /** Names that a proxy gets without asking for them by name (its wildcard subscription), sorted. */
  wildcardNames(proxy: Proxy, type: TypeUrl): readonly string[] | Faulty;
  /** Undefined where there is no such resource. Encoded once and cached: asking again costs a lookup. */
  resource(proxy: Proxy, type: TypeUrl, name: string): EncodedResource | Faulty | undefined;
  /** The last stream that wanted this name wants it no more: what was kept for it may go. */
  release(type: TypeUrl, name: string): void;
  /** Calls back after each change, when `resource` already gives the new state; returns how to stop. */
  subscribe(listener: (change: ResourceChange) => void): () => void;
}
