/**
 * How a sidecar finds whatever the control plane gives it: on the one stream that it has open to it.
 */

/** A config source. No time limit on the first answer: without it, Envoy would go on with nothing, and call that ready. */
export const discovered = { ads: {}, resource_api_version: "V3", initial_fetch_timeout: "0s" } as const;
