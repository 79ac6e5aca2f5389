/**
 * The annotations by which pods tell Prometheus where to scrape them. They are no standard, but what Prometheus' own
 * example configuration for Kubernetes and Helm chart read.
 */

export const scrapeAnnotations = {
  /** `"true"` asks for scraping. */
  scrape: "prometheus.io/scrape",
  port: "prometheus.io/port",
  path: "prometheus.io/path",
  scheme: "prometheus.io/scheme",
} as const;

/** Whether the key is one of them. */
export function isScrapeAnnotation(key: string): boolean {
  return Object.values<string>(scrapeAnnotations).includes(key);
}
