/** Times as `Event` and `Lease` objects have them. */

/** Kubernetes' MicroTime: RFC 3339 with exactly six decimals. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
