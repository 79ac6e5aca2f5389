/**
 * A server of the application that is asked over HTTP by way of the application listener.
 */
import { applicationClusterName } from "./application-part.ts";
import type { BootstrapInput } from "./bootstrap-input.ts";
import { bindToUncapturedSource } from "./captured-source.ts";
import { http1PerRequest, negotiatedPerRequest } from "./http-protocol.ts";
import { namedCluster } from "./named-cluster.ts";
import type { Cluster } from "./resource.ts";
import { unverifiedTls } from "./unverified-tls.ts";

export interface ApplicationServer {
  readonly scheme: "http" | "https";
  /** IP address or DNS name; undefined for the pod's own IP. */
  readonly host: string | undefined;
  readonly port: number;
}

/** Routes limit the time for the whole request, so this only ends attempts that nobody waits for any more. */
const connectSeconds = 10;

/** The cluster of a server; the same for the same server. */
export function applicationServerCluster(server: ApplicationServer, input: BootstrapInput): Cluster {
  const { scheme, host, port } = server;
  const { interceptionMode, ipFamilies } = input;
  const protocol = scheme === "https" ? { ...negotiatedPerRequest, ...unverifiedTls(host) } : http1PerRequest;
  // Only the pod's own IP is captured; from a loopback address no other host can be reached.
  const source = host === undefined ? bindToUncapturedSource(interceptionMode, ipFamilies) : {};
  return namedCluster({
    // Not the pod's IP: as part of a name it would be a new series in Prometheus for each pod.
    name: applicationClusterName(`${scheme}|${host ?? "pod"}|${port}`),
    host,
    port,
    connectSeconds,
    ipFamilies,
    more: { ...protocol, ...source },
  });
}
