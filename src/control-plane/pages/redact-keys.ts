/**
 * Takes keys out of what is shown to people. By the names of Envoy's fields and by what keys look like, each sufficient
 * alone: a page must not become a leak because a field is renamed or a new one appears.
 */
import type { JsonValue } from "@bufbuild/protobuf";

/** What stands in a key's place. */
export const redacted = "[redacted]";

/** Fields of Envoy's `Secret` and of what is in it that hold something secret, in both spellings of protobuf's JSON. */
const secretFields = new Set(
  ["private_key", "private_key_provider", "password", "pkcs12", "session_ticket_keys", "generic_secret"].flatMap(
    (field) => [field, field.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())],
  ),
);

const keyBlock = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;

/** The same value without any key. */
export function redactKeys(value: JsonValue): JsonValue {
  if (typeof value === "string") return keyBlock.test(value) ? redacted : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(redactKeys);
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field, secretFields.has(field) ? redacted : redactKeys(inner)]),
  );
}
