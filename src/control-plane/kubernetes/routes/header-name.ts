/** Names of headers and of query parameters. Source: RFC 9110, section 5.6.2 (`token`). */
import { quote } from "../../../quote.ts";
import type { Field } from "../field.ts";

const token = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,256}$/;

/** As it is written; undefined where it is none. */
export function readToken(field: Field): string | undefined {
  const text = field.text();
  if (text === undefined) {
    if (field.absent) field.report("the name is missing", "write it");
    return undefined;
  }
  if (token.test(text)) return text;
  field.report(`${quote(text)} is not a name`, "write letters, digits and hyphens");
  return undefined;
}

/** In lower case, as the names of headers have none of their own. */
export function readHeaderName(field: Field): string | undefined {
  return readToken(field)?.toLowerCase();
}
