/** What other origins may do. Source: Gateway API, `HTTPCORSFilter`; Fetch standard. */
import { quote } from "../../../quote.ts";
import type { CorsRule } from "../../model/route.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readHeaderName } from "./header-name.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"] as const;
const origin = /^https?:\/\/(\*|(\*\.)?[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?$/;
/** The API's default. */
const defaultMaxAgeSeconds = 5;
const longestAge = 2_147_483_647;

export function readCors(settings: Field): CorsRule {
  hasOnly(settings, ["allowOrigins", "allowCredentials", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"]);
  return {
    allowOrigins: readList(settings.at("allowOrigins"), readOrigin),
    allowCredentials: settings.at("allowCredentials").boolean() ?? false,
    allowMethods: readList(settings.at("allowMethods"), (item) => item.oneOf(methods)),
    allowHeaders: readList(settings.at("allowHeaders"), readHeaderName),
    exposeHeaders: readList(settings.at("exposeHeaders"), readHeaderName),
    maxAgeSeconds: settings.at("maxAge").whole(1, longestAge) ?? defaultMaxAgeSeconds,
  };
}

/** A wildcard stands for everything, and so alone. */
function readList(list: Field, read: (item: Field) => string | undefined): readonly string[] {
  const values = list
    .items()
    .map(read)
    .filter((value) => value !== undefined);
  if (values.includes("*") && values.length > 1)
    list.report("* stands beside others", "write * alone, or leave it out");
  return values;
}

function readOrigin(item: Field): string | undefined {
  const text = item.text();
  if (text === undefined || text === "*" || origin.test(text)) return text;
  item.report(`${quote(text)} is not an origin`, "write it like https://example.com, https://*.example.com or *");
  return undefined;
}
