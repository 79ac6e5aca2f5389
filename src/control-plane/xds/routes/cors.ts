/** Cross-origin requests: which of them a browser may make (Fetch Standard; Gateway API, `HTTPCORSFilter`). */
import { typedConfig } from "../../../envoy/resource.ts";
import type { TypedConfig } from "../../../envoy/resource.ts";
import type { CorsRule } from "../../model/route.ts";
import { literalPattern } from "./literal-text.ts";

type StringMatcher = Readonly<Record<string, unknown>>;

const any = "*";

/** Browsers leave the port out where it is the scheme's own. */
function withoutOwnPort(origin: string): string {
  return origin.replace(/^(http:\/\/.*):80$|^(https:\/\/.*):443$/, "$1$2");
}

function originMatcher(allowed: string): StringMatcher {
  const origin = withoutOwnPort(allowed.toLowerCase());
  if (allowed === any || !origin.includes(any)) return { exact: origin };
  // As many labels as there are, but neither the scheme's end nor a port.
  const pattern = origin.split(any).map(literalPattern).join("[^:/]+");
  return { safe_regex: { regex: pattern } };
}

function list(values: readonly string[]): string {
  return values.includes(any) ? any : values.join(", ");
}

/** With credentials, browsers take the asterisk for a header of that name, so it stands for nothing. */
function exposed({ exposeHeaders, allowCredentials }: CorsRule): string {
  return list(allowCredentials ? exposeHeaders.filter((name) => name !== any) : exposeHeaders);
}

/**
 * The CORS filter's configuration for a route. For an asterisk among methods and headers it answers with what was asked for. A
 * preflight from elsewhere is answered without permission, and goes no further.
 */
export function corsPolicy(rule: CorsRule): TypedConfig {
  const { allowOrigins, allowCredentials, allowMethods, allowHeaders, maxAgeSeconds } = rule;
  return typedConfig("envoy.extensions.filters.http.cors.v3.CorsPolicy", {
    allow_origin_string_match: allowOrigins.map(originMatcher),
    allow_methods: list(allowMethods),
    allow_headers: list(allowHeaders),
    expose_headers: exposed(rule),
    max_age: String(maxAgeSeconds),
    ...(allowCredentials ? { allow_credentials: true } : {}),
    forward_not_matching_preflights: false,
  });
}
