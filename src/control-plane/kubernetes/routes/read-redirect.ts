/** Filters that answer with another address, or change the one of a request. */
import type { Redirect, UrlRewrite } from "../../model/route.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { quote } from "../../../quote.ts";
import { readPathRewrite } from "./read-path.ts";

/** Those of the API; a browser repeats the method with 307 and 308 only. */
const statusCodes = [301, 302, 303, 307, 308] as const;
const hostname = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export function readRedirect(settings: Field): Redirect {
  hasOnly(settings, ["scheme", "hostname", "path", "port", "statusCode"]);
  return {
    scheme: settings.at("scheme").oneOf(["http", "https"]),
    hostname: readHostname(settings.at("hostname")),
    path: readPathRewrite(settings.at("path")),
    port: settings.at("port").port(),
    statusCode: readStatusCode(settings.at("statusCode")),
  };
}

export function readRewrite(settings: Field): UrlRewrite {
  hasOnly(settings, ["hostname", "path"]);
  return { hostname: readHostname(settings.at("hostname")), path: readPathRewrite(settings.at("path")) };
}

function readStatusCode(field: Field): Redirect["statusCode"] {
  const number = field.number();
  const known = statusCodes.find((code) => code === number);
  if (number !== undefined && known === undefined) {
    field.report(`${number} is not a status code of redirects`, `write one of: ${statusCodes.join(", ")}`);
  }
  return known ?? 302;
}

function readHostname(field: Field): string | undefined {
  const text = field.text();
  if (text === undefined || (text.length <= 253 && hostname.test(text))) return text;
  field.report(`${quote(text)} is not a host name`, "write it in lower case, without port and wildcard");
  return undefined;
}
