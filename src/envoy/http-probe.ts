/**
 * HTTP probes and lifecycle hooks: sent on to the application, whose answer the kubelet gets.
 */
import { authority } from "./address.ts";
import type { ApplicationPart } from "./application-part.ts";
import { applicationServerCluster } from "./application-server.ts";
import type { BootstrapInput, HttpProbeTarget } from "./bootstrap-input.ts";
import { followRedirects } from "./redirects.ts";
import { requestTarget } from "./request-target.ts";
import { seconds } from "./resource.ts";

/** What an HTTP probe adds to the application listener. */
export function httpProbe(probe: HttpProbeTarget, input: BootstrapInput): ApplicationPart {
  const { route: path, host, port, timeoutSeconds, ownHostHeader } = probe;
  const scheme = probe.scheme === "HTTPS" ? "https" : "http";
  const cluster = applicationServerCluster({ scheme, host, port }, input);
  const server = authority(host, port, input.ipFamilies);
  const hostHeader = ownHostHeader ? undefined : server;
  const target = requestTarget(probe.path);
  const route = {
    match: { path },
    route: {
      cluster: cluster.name,
      prefix_rewrite: target,
      ...(hostHeader === undefined ? {} : { host_rewrite_literal: hostHeader }),
      timeout: seconds(timeoutSeconds),
    },
    typed_per_filter_config: followRedirects({
      cluster: cluster.name,
      scheme,
      authority: server,
      host: hostHeader,
      path: target,
      milliseconds: timeoutSeconds * 1000,
    }),
  };
  return { cluster, filters: [], routes: [route] };
}
