/**
 * The whole configuration that a sidecar starts with, put together from one part per file. Standalone, it passes all
 * captured traffic on by itself; in a mesh, the capture listeners come from the control plane. The listeners for health,
 * probes and statistics are the same in both.
 */
import { admin, adminCluster } from "./admin.ts";
import { controlPlaneCluster, dynamicResources } from "./ads.ts";
import { applicationClusters, applicationListener } from "./application-listener.ts";
import type { BootstrapInput } from "./bootstrap-input.ts";
import { escapeStrings } from "./expansion.ts";
import { healthListener } from "./health-listener.ts";
import { inboundListener } from "./inbound-listener.ts";
import { internalListeners } from "./internal-listener.ts";
import { node } from "./node.ts";
import { inboundCluster, outboundCluster } from "./original-destination-cluster.ts";
import { outboundListener } from "./outbound-listener.ts";
import { overloadManager } from "./overload.ts";
import { processLog } from "./process-log.ts";
import type { Bootstrap, Cluster, Listener } from "./resource.ts";
import { runtime } from "./runtime.ts";
import { statistics } from "./statistics.ts";
import { statsListener } from "./stats-listener.ts";
import { tracingClusters } from "./tracing.ts";

/** Whether the capture listeners are the sidecar's own. */
function capturesByItself({ controlPlane, interceptionMode }: BootstrapInput): boolean {
  return controlPlane === undefined && interceptionMode !== "none";
}

function listeners(input: BootstrapInput): readonly Listener[] {
  return [
    ...(capturesByItself(input) ? [outboundListener(input), inboundListener(input)] : []),
    applicationListener(input),
    healthListener(input),
    statsListener(input.ipFamilies),
  ];
}

function clusters(input: BootstrapInput): readonly Cluster[] {
  const { controlPlane, ipFamilies, tracing } = input;
  return [
    adminCluster,
    ...(capturesByItself(input) ? [outboundCluster, inboundCluster(input)] : []),
    ...(controlPlane === undefined ? [] : [controlPlaneCluster(controlPlane, ipFamilies)]),
    ...tracingClusters(tracing, ipFamilies),
    ...applicationClusters(input),
  ];
}

/**
 * Makes a sidecar's bootstrap, to be given to Envoy as `--config-yaml` in the arguments of its container.
 *
 * @returns a JSON-serialisable object in which `$(POD_IP)` and the other references of `expansion.ts` stand for what the
 *   kubelet fills in, and every dollar sign of the input is escaped
 */
export function createBootstrap(input: BootstrapInput): Bootstrap {
  const escaped = escapeStrings(input);
  return {
    node: node(escaped),
    admin,
    ...(escaped.controlPlane === undefined
      ? {}
      : { dynamic_resources: dynamicResources, bootstrap_extensions: [internalListeners] }),
    static_resources: { listeners: listeners(escaped), clusters: clusters(escaped) },
    stats_config: statistics,
    overload_manager: overloadManager,
    layered_runtime: runtime,
    application_log_config: processLog,
  };
}
