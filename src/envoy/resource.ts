/**
 * Envoy's configuration messages in their JSON form, reduced to what the bootstrap's parts say to each other. Each part
 * fills in the fields it needs; that the whole is a valid Envoy configuration is judged by `envoy --mode validate`.
 */

/** A protobuf `Any` in JSON: the message's fields beside its type. */
export interface TypedConfig {
  readonly "@type": string;
  readonly [field: string]: unknown;
}

/** A named extension: a filter, a logger, a tracer, a socket. */
export interface Extension {
  readonly name: string;
  readonly typed_config: TypedConfig;
}

export interface Address {
  readonly socket_address: { readonly address: string; readonly port_value: number };
}

export interface FilterChain {
  readonly name?: string;
  readonly filter_chain_match?: {
    readonly destination_port?: number;
    readonly prefix_ranges?: readonly { readonly address_prefix: string; readonly prefix_len: number }[];
    readonly transport_protocol?: "tls" | "raw_buffer";
    readonly application_protocols?: readonly string[];
    readonly source_type?: "SAME_IP_OR_LOOPBACK";
  };
  readonly filters: readonly Extension[];
  readonly transport_socket?: Extension;
}

export interface Listener {
  readonly name: string;
  /** None where it is within the proxy. */
  readonly address?: Address;
  readonly additional_addresses?: readonly { readonly address: Address }[];
  readonly filter_chains: readonly FilterChain[];
  readonly [field: string]: unknown;
}

export interface Cluster {
  readonly name: string;
  readonly type: "STATIC" | "STRICT_DNS" | "ORIGINAL_DST" | "EDS";
  readonly connect_timeout: string;
  readonly [field: string]: unknown;
}

export interface Route {
  readonly match: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** A complete Envoy bootstrap, ready for `JSON.stringify`. */
export interface Bootstrap {
  readonly node: Readonly<Record<string, unknown>>;
  readonly admin: Readonly<Record<string, unknown>>;
  readonly dynamic_resources?: Readonly<Record<string, unknown>>;
  readonly static_resources: { readonly listeners: readonly Listener[]; readonly clusters: readonly Cluster[] };
  readonly [field: string]: unknown;
}

/**
 * Makes an extension.
 *
 * @param type the message's full name, e.g. `envoy.extensions.filters.http.router.v3.Router`
 */
export function extension(name: string, type: string, fields: Readonly<Record<string, unknown>> = {}): Extension {
  return { name, typed_config: typedConfig(type, fields) };
}

/** A protobuf message with its type, see {@link extension}. */
export function typedConfig(type: string, fields: Readonly<Record<string, unknown>> = {}): TypedConfig {
  return { "@type": `type.googleapis.com/${type}`, ...fields };
}

/** A protobuf duration in JSON. */
export function seconds(count: number): string {
  return `${count}s`;
}
