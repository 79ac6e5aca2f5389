/**
 * How a capture listener learns where a connection was going and what it speaks, before any filter chain is chosen.
 */
import type { PortRange } from "../net/port-range.ts";
import type { Extension } from "./resource.ts";
import { extension } from "./resource.ts";

/**
 * How long a client has to say its first bytes before the connection is taken for TCP. Undeclared protocols in which
 * the server speaks first lose this time on every connection; an HTTP client that is slower is passed through uncounted.
 */
export const inspectionTimeout = "0.2s";

/**
 * The destination before capture. First and explicit: Envoy's implicit one is skipped when an inspector times out.
 */
export const originalDestination = extension(
  "original-destination",
  "envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
);

function portRule({ first, last }: PortRange): Readonly<Record<string, unknown>> {
  return { destination_port_range: { start: first, end: last + 1 } };
}

/** Listener-filter fields that switch it off on these ports; Envoy wants at least two rules in an `or_match`. */
export function disabledOn(ranges: readonly PortRange[]): Readonly<Record<string, unknown>> {
  const rules = ranges.map(portRule);
  const [first] = rules;
  if (first === undefined) return {};
  return { filter_disabled: rules.length === 1 ? first : { or_match: { rules } } };
}

/** Knows HTTP by its first bytes; skips the opaque ports. */
export function httpInspector(opaquePorts: readonly PortRange[]): Readonly<Record<string, unknown>> {
  const inspector: Extension = extension(
    "http-inspector",
    "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector",
  );
  return { ...inspector, ...disabledOn(opaquePorts) };
}

/**
 * Listener fields.
 *
 * @param between listener filters after the destination is known and before anything is inspected
 * @param opaquePorts destination ports that are not inspected, and so lose no time
 */
export function detectProtocol(
  between: readonly Extension[],
  opaquePorts: readonly PortRange[],
): Readonly<Record<string, unknown>> {
  return {
    listener_filters: [originalDestination, ...between, httpInspector(opaquePorts)],
    listener_filters_timeout: inspectionTimeout,
    continue_on_listener_filters_timeout: true,
  };
}
