/**
 * How a sidecar of a mesh gets its listeners and clusters: from the control plane, over one authenticated stream.
 */
import { isIP } from "node:net";
import type { IpFamily } from "../net/cidr.ts";
import type { ControlPlaneTarget } from "./bootstrap-input.ts";
import { discovered } from "./discovered.ts";
import { http2 } from "./http-protocol.ts";
import { namedCluster } from "./named-cluster.ts";
import type { Cluster, Extension } from "./resource.ts";
import { extension } from "./resource.ts";

const cluster = "control-plane";

/** The bootstrap's `dynamic_resources` field. */
export const dynamicResources = {
  ads_config: {
    api_type: "DELTA_GRPC",
    transport_api_version: "V3",
    set_node_on_first_message_only: true,
    grpc_services: [
      {
        envoy_grpc: {
          cluster_name: cluster,
          // Back within seconds of the control plane's return; Envoy's default goes up to half a minute.
          retry_policy: { retry_back_off: { base_interval: "0.25s", max_interval: "3s" } },
        },
      },
    ],
  },
  cds_config: discovered,
  lds_config: discovered,
};

/**
 * Sends the service-account token with each new stream, read anew so that a rotated token is picked up. Metadata of the
 * gRPC service would do, but takes no token from a file.
 */
function bearerToken(tokenPath: string): Extension {
  const folder = tokenPath.slice(0, tokenPath.lastIndexOf("/"));
  const authorization = { key: "authorization", value: `Bearer %FILE_CONTENT(${tokenPath}:${folder})%` };
  return extension("bearer-token", "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation", {
    mutations: {
      formatters: [extension("envoy.formatter.file_content", "envoy.extensions.formatter.file_content.v3.FileContent")],
      request_mutations: [{ append: { header: authorization, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" } }],
    },
  });
}

const upstreamCodec = extension("upstream-codec", "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec");

/** The name that the control plane's certificate must bear; workloads have certificates of the same root. */
function serverName(host: string): Readonly<Record<string, unknown>> {
  return { san_type: isIP(host) === 0 ? "DNS" : "IP_ADDRESS", matcher: { exact: host } };
}

function tls({ host, trustDirectory }: ControlPlaneTarget): Extension {
  const trust = {
    name: "control-plane-trust",
    // A file named by the TLS context itself would be read once; a secret from a watched folder is read at every change.
    sds_config: {
      path_config_source: { path: `${trustDirectory}/root.yaml`, watched_directory: { path: trustDirectory } },
      resource_api_version: "V3",
    },
  };
  return extension("tls", "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
    ...(isIP(host) === 0 ? { sni: host } : {}),
    common_tls_context: {
      alpn_protocols: ["h2"],
      // Envoy's default maximum towards servers is 1.2.
      tls_params: { tls_minimum_protocol_version: "TLSv1_3", tls_maximum_protocol_version: "TLSv1_3" },
      combined_validation_context: {
        default_validation_context: { match_typed_subject_alt_names: [serverName(host)] },
        validation_context_sds_secret_config: trust,
      },
    },
  });
}

/** The cluster that reaches the control plane. */
export function controlPlaneCluster(target: ControlPlaneTarget, ipFamilies: readonly IpFamily[]): Cluster {
  const protocol = http2(
    // A control plane whose node vanished is noticed within the minute.
    { connection_keepalive: { interval: "30s", timeout: "10s" } },
    [bearerToken(target.tokenPath), upstreamCodec],
  );
  return namedCluster({
    name: cluster,
    host: target.host,
    port: target.port,
    connectSeconds: 5,
    ipFamilies,
    more: { transport_socket: tls(target), ...protocol },
  });
}
