/**
 * The application's own Prometheus metrics, served again where nothing is captured.
 */
import { authority } from "./address.ts";
import type { ApplicationPart } from "./application-part.ts";
import { applicationServerCluster } from "./application-server.ts";
import type { BootstrapInput, MetricsTarget } from "./bootstrap-input.ts";
import { requestTarget } from "./request-target.ts";

/** What a metrics page adds to the application listener. */
export function metricsPage(metrics: MetricsTarget, input: BootstrapInput): ApplicationPart {
  const { scheme, port } = metrics;
  const cluster = applicationServerCluster({ scheme, host: undefined, port }, input);
  const route = {
    cluster: cluster.name,
    prefix_rewrite: requestTarget(metrics.path),
    host_rewrite_literal: authority(undefined, port, input.ipFamilies),
    // Prometheus has its own scrape timeout, which its users set.
    timeout: "0s",
  };
  return { cluster, filters: [], routes: [{ match: { path: metrics.route }, route }] };
}
