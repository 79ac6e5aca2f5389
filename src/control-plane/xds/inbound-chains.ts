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
 *
 * Where a Service says that a port takes requests, all plaintext is: also that of a client which is late, and not known to be
 * HTTP when a chain is chosen.
 */
import type { FilterChain } from "../../envoy/resource.ts";
import { reservedPorts } from "../../envoy/ports.ts";
import { modeOfPort } from "../model/tls-policies.ts";
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

/** @param knows whether requests must be known as such, because other plaintext is taken too */
function plaintextChains(input: ListenerInput, port: Match, knows: boolean): readonly FilterChain[] {
  const plaintext = { ...port, transport_protocol: "raw_buffer" } as const;
  const requests = inboundRequests(input, "unverified");
  if (!knows) return [{ filter_chain_match: plaintext, filters: [requests] }];
  return [
    { filter_chain_match: { ...plaintext, application_protocols: ["http/1.1", "h2c"] }, filters: [requests] },
    { filter_chain_match: plaintext, filters: [inboundConnections(input)] },
  ];
}

function plainChains(input: ListenerInput, port: Match): readonly FilterChain[] {
  const takesOnlyRequests = port.destination_port !== undefined && input.requestPorts.includes(port.destination_port);
  return [
    ...plaintextChains(input, port, !takesOnlyRequests),
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

/** Where plaintext is refused, it need not be told apart. */
function requestPortsOf({ inboundTls, requestPorts }: ListenerInput): readonly number[] {
  return requestPorts.filter((port) => modeOfPort(inboundTls, port) !== "strict" && !reservedPorts.includes(port));
}

/** In order: ports with rules of their own, then all others. */
export function inboundChains(input: ListenerInput): readonly FilterChain[] {
  const { mode, ports } = input.inboundTls;
  const own = new Set([...ports.map(({ port }) => port), ...requestPortsOf(input)]);
  return [
    ...[...own]
      .sort((one, other) => one - other)
      .flatMap((port) => chains(input, modeOfPort(input.inboundTls, port), { destination_port: port })),
    ...chains(input, mode, {}),
  ];
}
