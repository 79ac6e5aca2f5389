/**
 * How many requests a replica takes, kept by its own sidecar. The filter is part of every inbound listener and not in the way
 * of any request until a route switches it on, so that a policy that comes or goes changes no listener.
 */
import type { Extension } from "../../../envoy/resource.ts";
import { extension, typedConfig } from "../../../envoy/resource.ts";
import type { RateLimit } from "../../model/traffic-policy.ts";
import { milliseconds } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

const name = "rate-limit";
const type = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";
const statistics = { stat_prefix: "inbound" } as const;

/** An HTTP filter of the inbound side. */
export const rateLimitFilter: Extension & { readonly disabled: boolean } = {
  ...extension(name, type, statistics),
  disabled: true,
};

const everyRequest = { default_value: { numerator: 100, denominator: "HUNDRED" } } as const;

/** The `typed_per_filter_config` of routes that take no more than this. */
export function rateLimited({ requests, perMs, burst }: RateLimit): Fields {
  const limit = typedConfig(type, {
    ...statistics,
    token_bucket: { max_tokens: burst, tokens_per_fill: requests, fill_interval: milliseconds(perMs) },
    // Envoy's defaults are none and none.
    filter_enabled: everyRequest,
    filter_enforced: everyRequest,
    rate_limited_as_resource_exhausted: true,
    enable_retry_after_header: true,
  });
  return { [name]: limit };
}
