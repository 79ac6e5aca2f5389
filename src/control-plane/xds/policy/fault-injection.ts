/**
 * Faults that clients meet although nothing is wrong, made by their own sidecars. The filter is part of every outbound listener
 * and not in the way of any request until a route switches it on, so that a policy that comes or goes changes no listener.
 */
import type { Extension, TypedConfig } from "../../../envoy/resource.ts";
import { extension, typedConfig } from "../../../envoy/resource.ts";
import type { FaultInjection } from "../../model/traffic-policy.ts";
import { fraction, milliseconds } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What routes call it by in their `typed_per_filter_config`. */
export const faultFilterName = "fault";
const type = "envoy.extensions.filters.http.fault.v3.HTTPFault";

/** An HTTP filter of the outbound side. */
export const faultFilter: Extension & { readonly disabled: boolean } = {
  ...extension(faultFilterName, type),
  disabled: true,
};

function delay({ delay: fault }: FaultInjection): Fields {
  if (fault === undefined) return {};
  return { delay: { fixed_delay: milliseconds(fault.durationMs), percentage: fraction(fault.percent) } };
}

function abort({ abort: fault }: FaultInjection): Fields {
  if (fault === undefined) return {};
  const status = "httpStatus" in fault ? { http_status: fault.httpStatus } : { grpc_status: fault.grpcStatus };
  return { abort: { ...status, percentage: fraction(fault.percent) } };
}

/** The filter's configuration for a route. */
export function injectedFaults(faults: FaultInjection): TypedConfig {
  const headers = faults.headers.map(({ kind, name, value }) => ({
    name,
    string_match: kind === "exact" ? { exact: value } : { safe_regex: { regex: value } },
  }));
  return typedConfig(type, { ...delay(faults), ...abort(faults), ...(headers.length > 0 ? { headers } : {}) });
}
