/**
 * Which statistics a sidecar keeps. Every series costs memory in every pod and in Prometheus, so those that only Envoy's
 * developers read are left out. Histograms keep Envoy's default buckets.
 */

/**
 * Statistics by worker thread; of the clusters behind the application listener all but their health, which the probes
 * themselves read; and of the admin interface's own traffic.
 */
const excluded = [
  { safe_regex: { regex: "listener\\..*\\.worker_\\d+\\..*" } },
  {
    safe_regex: {
      regex: "cluster\\.application\\|.*\\.(upstream|http1|http2|ssl|circuit_breakers|assignment|lb|retry).*",
    },
  },
  { prefix: "cluster.admin." },
  { prefix: "http.admin." },
  { prefix: "listener.admin." },
  { prefix: "runtime." },
];

/** The bootstrap's `stats_config` field. */
export const statistics = { stats_matcher: { exclusion_list: { patterns: excluded } } };
