/**
 * Keeps `x-forwarded-proto` as the client sent it. Envoy's HTTP connection manager adds the header to every request
 * that has none, and has no switch for that; so the client's own value is set aside before, and put back after.
 */
import type { Extension } from "./resource.ts";
import { extension } from "./resource.ts";

const header = "x-forwarded-proto";
/** Carries the client's value within the proxy only; a value that a client sends under this name is dropped. */
const setAside = "x-outrigger-forwarded-proto";

function copy(from: string, to: string): Readonly<Record<string, unknown>> {
  return { append: { header: { key: to, value: `%REQUEST_HEADER(${from})%` }, keep_empty_value: false } };
}

/** For the connection manager's `early_header_mutation_extensions`. */
export const setForwardedProtoAside: Extension = extension(
  "set-forwarded-proto-aside",
  "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
  { mutations: [{ remove: setAside }, copy(header, setAside)] },
);

/** An HTTP filter; the first, so that the others see the request as the client sent it. */
export const restoreForwardedProto: Extension = extension(
  "restore-forwarded-proto",
  "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
  { mutations: { request_mutations: [{ remove: header }, copy(setAside, header), { remove: setAside }] } },
);
