/**
 * Tells our own fields of a container from those that a user or another webhook has written since: each field's
 * fingerprint is kept in the status annotation, and a field that no longer matches is somebody else's and wins.
 */
import { hash } from "node:crypto";
import type { Container } from "../kubernetes/pod.ts";
import type { Fingerprints } from "./status.ts";

/** Enough to notice a change; nobody gains anything by forging one in their own pod. */
const fingerprintLength = 8;

/** Much of a sidecar is the same object from pod to pod. */
const known = new WeakMap<object, string>();

function compute(value: unknown): string {
  return hash("sha256", JSON.stringify(value), "hex").slice(0, fingerprintLength);
}

function fingerprint(value: unknown): string {
  if (typeof value !== "object" || value === null) return compute(value);
  const remembered = known.get(value);
  if (remembered !== undefined) return remembered;
  const computed = compute(value);
  known.set(value, computed);
  return computed;
}

/** Field -> fingerprint of every field but the name. */
export function fingerprintsOf(container: Container): Fingerprints {
  const { name: _name, ...fields } = container;
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, fingerprint(value)]));
}

/** The fields of a container that are not as we wrote them. */
export function foreignFields(container: Container, ours: Fingerprints): Partial<Container> {
  const foreign = Object.entries(container).filter(
    ([field, value]) => !Object.hasOwn(ours, field) || ours[field] !== fingerprint(value),
  );
  return Object.fromEntries(foreign);
}
