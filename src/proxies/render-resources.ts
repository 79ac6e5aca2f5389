/**
 * What a sidecar was sent, for a terminal: all of it by name, endpoints and routes by what they say. Pure.
 */
import type { ShownResource } from "../control-plane/pages/proxy-contents.ts";
import { isJsonObject } from "../json-value.ts";
import { none, renderColumns } from "./columns.ts";

const nothing = "the sidecar has none of these\n";

/** Every resource with what has become of it; with the refusal where that is asked for. */
export function renderConfig(resources: readonly ShownResource[], wide: boolean): string {
  if (resources.length === 0) return nothing;
  return renderColumns(
    ["TYPE", "NAME", "STATE", "VERSION", ...(wide ? ["REFUSAL"] : [])],
    resources.map(({ type, name, state, version = none, refusal = none }) => [
      type,
      name,
      state,
      version,
      ...(wide ? [refusal] : []),
    ]),
  );
}

/** Every endpoint, by the destination's address. */
export function renderEndpoints(resources: readonly ShownResource[], wide: boolean): string {
  if (resources.length === 0) return nothing;
  const rows = resources.flatMap(({ name, resource }) => {
    const endpoints = listAt(resource, "endpoints").flatMap((group) =>
      listAt(group, "lb_endpoints").map((endpoint) => endpointCells(name, endpoint, group, wide)),
    );
    return endpoints.length > 0 ? endpoints : [[name, "no endpoint", none, none, ...(wide ? [none] : [])]];
  });
  return renderColumns(["DESTINATION", "ENDPOINT", "HEALTH", "TLS", ...(wide ? ["ZONE"] : [])], rows);
}

function endpointCells(name: string, endpoint: unknown, group: unknown, wide: boolean): readonly string[] {
  const socket = at(endpoint, "endpoint", "address", "socket_address");
  const address = textAt(socket, "address");
  const host = address.includes(":") ? `[${address}]` : address;
  const tls = at(endpoint, "metadata", "filter_metadata", "envoy.transport_socket_match", "tls");
  // Protobuf's JSON leaves out a field that has its default.
  const health = textAt(endpoint, "health_status", "UNKNOWN");
  const zone = textAt(at(group, "locality"), "zone");
  return [
    name,
    `${host}:${String(at(socket, "port_value"))}`,
    health === "UNKNOWN" ? "healthy" : health.toLowerCase(),
    tls === undefined ? "plaintext" : "mTLS",
    ...(wide ? [zone] : []),
  ];
}

/** Every route: which requests, and where they go. */
export function renderRoutes(resources: readonly ShownResource[], wide: boolean): string {
  if (resources.length === 0) return nothing;
  const rows = resources.flatMap(({ name, state, resource }) =>
    listAt(resource, "virtual_hosts").flatMap((host) =>
      listAt(host, "routes").map((route) => [
        name,
        listAt(host, "domains").join(","),
        matchOf(at(route, "match")),
        targetOf(at(route, "route")),
        ...(wide ? [state] : []),
      ]),
    ),
  );
  return renderColumns(["TABLE", "DOMAINS", "MATCH", "TO", ...(wide ? ["STATE"] : [])], rows);
}

function matchOf(match: unknown): string {
  const [prefix, path] = [at(match, "prefix"), at(match, "path")];
  if (typeof prefix === "string") return `${prefix}*`;
  return typeof path === "string" ? path : JSON.stringify(match);
}

function targetOf(route: unknown): string {
  const [cluster, header] = [at(route, "cluster"), at(route, "cluster_header")];
  if (typeof cluster === "string") return cluster;
  return typeof header === "string" ? `the original destination (header ${header})` : JSON.stringify(route ?? none);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner: unknown, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
}

function textAt(value: unknown, key: string, absent = none): string {
  const text = at(value, key);
  return typeof text === "string" && text !== "" ? text : absent;
}
