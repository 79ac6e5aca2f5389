/**
 * A mesh config as a large organisation's may grow: hundreds of overlays that some team's pods ask for and hundreds of
 * selectors, none of which is about the measured pod. What a pod doesn't use should cost it nothing, or next to nothing.
 */

export const overlayCount = 200;
export const selectorCount = 200;

/** The config's text: JSON, which is YAML. */
export function largeConfig(): string {
  const overlays = Object.fromEntries(
    Array.from({ length: overlayCount }, (_, index) => [
      `team-${index}`,
      {
        metadata: { labels: { [`cost-centre-${index}`]: `cc-${index}` } },
        spec: {
          containers: [
            {
              name: "outrigger-proxy",
              resources: { requests: { cpu: "100m" } },
              env: [{ name: "TEAM", value: `team-${index}` }],
            },
          ],
          tolerations: [{ key: `team-${index}`, operator: "Exists", effect: "NoSchedule" }],
        },
      },
    ]),
  );
  const selectors = Array.from({ length: selectorCount }, (_, index) =>
    index % 2 === 0
      ? { matchLabels: { "batch-job": `nightly-${index}` } }
      : { matchExpressions: [{ key: "tier", operator: "In", values: [`legacy-${index}`, `archive-${index}`] }] },
  );
  return JSON.stringify({ injection: { neverInject: selectors }, overlays });
}
