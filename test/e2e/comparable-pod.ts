/**
 * Pods that were made in different ways, held against each other.
 */

/** A part of a stored pod, without the secret part of the drain path and the random name of the token's volume. */
export function comparable(part: unknown): unknown {
  const text = JSON.stringify(part)
    .replaceAll(/\/drain\/[0-9a-f]+/g, "/drain/…")
    .replaceAll(/kube-api-access-[a-z0-9]{5}/g, "kube-api-access");
  return JSON.parse(text) as unknown;
}
