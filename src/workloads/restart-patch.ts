/**
 * What makes a controller replace its pods, one after another, as its rollout strategy says.
 */

/**
 * The merge patch that `kubectl rollout restart` sends.
 *
 * @param now milliseconds since the epoch
 */
export function restartPatch(now: number): object {
  const annotations = { "kubectl.kubernetes.io/restartedAt": wholeSeconds(now) };
  return { spec: { template: { metadata: { annotations } } } };
}

/** As kubectl writes times: `2026-11-24T16:00:00Z`. */
export function wholeSeconds(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
}
