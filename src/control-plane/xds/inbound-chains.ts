/**
 * The filter chains of inbound traffic, by port and by what the client brings. Envoy does not go back once it has followed
 * a port or a transport protocol, so each port with rules of its own has a complete set, and so has each transport:
 *
 * | client brings      | strict  | permissive      | disabled        |
 * |--------------------|---------|-----------------|-----------------|
 * | TLS of a sidecar   | taken   | taken           | passed as bytes |
 * | other TLS          | refused | passed as bytes | passed as bytes |
 * | plaintext HTTP     | refused | taken           | taken           |
 * | plaintext          | refused | passed as bytes | passed as bytes |
 */
import type { FilterChain } from "../../envoy/resource.ts";
import type { TlsMode } from "../model/workload.ts";
import { inboundConnections, inboundRequests, refuseConnections } from "./inbound-filters.ts";
import type { ListenerInput } from "./listener-input.ts";
import { alpn } from "./names.ts";
import { serverTls } from "./tls-context.ts";

type Match = NonNullable<FilterChain["filter_chain_match"]>;

/** What the names of the chains that do TLS begin with. */
export const sidecarChain = "sidecar";

function sidecarChains(input: ListenerInput, port: Match): readonly FilterChain[] {
  const chain = (carriage: keyof typeof alpn, filters: FilterChain["filters"]): FilterChain => ({
    name: [sidecarChain, carriage, ...(port.destination_port === undefined ? [] : [port.destination_port])].join("-"),
    filter_chain_match: { ...port, transport_protocol: "tls", application_protocols: [alpn[carriage]] },
    transport_socket: serverTls(input.trustDomain),
    filters,
  });
  return [chain("http", [inboundRequests(input, "verified")]), chain("tcp", [inboundConnections(input)])];
}

function plainChains(input: ListenerInput, port: Match): readonly FilterChain[] {
  return [
    {
      filter_chain_match: { ...port, transport_protocol: "raw_buffer", application_protocols: ["http/1.1", "h2c"] },
      filters: [inboundRequests(input, "unverified")],
    },
    { filter_chain_match: { ...port, transport_protocol: "raw_buffer" }, filters: [inboundConnections(input)] },
    { filter_chain_match: { ...port, transport_protocol: "tls" }, filters: [inboundConnections(input)] },
  ];
}

/** Everything that is left. */
function refuse(input: ListenerInput, port: Match): readonly FilterChain[] {
  return (["raw_buffer", "tls"] as const).map((transport_protocol) => ({
    filter_chain_match: { ...port, transport_protocol },
    filters: [refuseConnections(input, transport_protocol)],
  }));
}

function chains(input: ListenerInput, mode: TlsMode, port: Match): readonly FilterChain[] {
  return [
    ...(mode === "disabled" ? [] : sidecarChains(input, port)),
    ...(mode === "strict" ? refuse(input, port) : plainChains(input, port)),
  ];
}

/** In order: ports with rules of their own, then all others. */
export function inboundChains(input: ListenerInput): readonly FilterChain[] {
  const { mode, ports } = input.inboundTls;
  return [
    ...ports.flatMap((own) => chains(input, own.mode, { destination_port: own.port })),
    ...chains(input, mode, {}),
  ];
}
