/**
 * Tells our own fields of a container from those that a user or another webhook has written since: each field's
 * fingerprint is kept in the status annotation, and a field that no longer matches is somebody else's and wins.
 *
 * Between two passes the API server decodes and encodes the pod, which changes the order of keys and the spelling of
 * quantities (`1000m` becomes `1`); a fingerprint is of what is meant, not of how it is written.
 */
import { hash } from "node:crypto";
import type { Container } from "../kubernetes/pod.ts";
import { parseQuantity } from "../kubernetes/quantity.ts";
import type { Fingerprints } from "./status.ts";

/** Enough to notice a change; nobody gains anything by forging one in their own pod. */
const fingerprintLength = 8;

/** For JSON.stringify: the keys of objects in order. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The same for `resources`, where every text or number is a quantity. */
function inOrderAndNanos(key: string, value: unknown): unknown {
  const quantity = typeof value === "string" || typeof value === "number" ? parseQuantity(String(value)) : undefined;
  return quantity === undefined ? inOrder(key, value) : quantity.toString();
}

function fingerprint(field: string, value: unknown): string {
  const text = JSON.stringify(value, field === "resources" ? inOrderAndNanos : inOrder);
  return hash("sha256", text, "hex").slice(0, fingerprintLength);
}

/** Field -> fingerprint of every field but the name. */
export function fingerprintsOf(container: Container): Fingerprints {
  const { name: _name, ...fields } = container;
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, fingerprint(field, value)]));
}

/** The fields of a container that are not as we wrote them; never the name. */
export function foreignFields({ name: _name, ...fields }: Container, ours: Fingerprints): Partial<Container> {
  const foreign = Object.entries(fields).filter(
    ([field, value]) => !Object.hasOwn(ours, field) || ours[field] !== fingerprint(field, value),
  );
  return Object.fromEntries(foreign);
}
