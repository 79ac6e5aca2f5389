/**
 * The route table of outbound requests. Each request goes to the cluster that its private header names, unless the
 * destination has routes: those are in a virtual host of the destination's name.
 *
 * A virtual host is encoded once, whoever has it in his table, and a table is put together from encoded ones: so a change of one
 * route costs one virtual host, and moving bytes.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { messageDescriptor, messageName } from "../../../envoy-api/registry.ts";
import { encodeResource } from "../../../envoy-api/resource.ts";
import type { EncodedResource } from "../../ads/resource-source.ts";
import { typeUrls } from "../../ads/resource-source.ts";
import type { RoutedPort } from "../../model/route.ts";
import { digest } from "../encoded.ts";
import { destinationHeader, outboundName } from "../names.ts";
import { backendCluster } from "./forward.ts";
import { retryUnseen } from "./retry-policy.ts";
import { virtualHost } from "./virtual-host.ts";

/** What a proxy gets for the routes of its namespace. */
export interface RouteTable {
  readonly resource: EncodedResource;
  /** Clusters of mirrors, sorted: Envoy holds no request for them, so they must be there before. */
  readonly mirrorClusters: readonly string[];
}

interface EncodedHost {
  /** A field of the table: tag, length, message. */
  readonly field: Uint8Array;
  readonly digest: string;
  readonly mirrorClusters: readonly string[];
}

/** No time limit: how long a request may take is the client's affair. */
const route = { cluster_header: destinationHeader, timeout: "0s" };

/** For destinations without routes. */
const plainHost = {
  name: "destination",
  domains: ["*"],
  retry_policy: retryUnseen,
  routes: [
    { match: { prefix: "/" }, route },
    { match: { connect_matcher: {} }, route },
  ],
};

/** All of the table but the virtual hosts of routes. */
const rest = {
  name: outboundName,
  vhost_header: destinationHeader,
  request_headers_to_remove: [destinationHeader],
  virtual_hosts: [plainHost],
};

const hostType = "type.googleapis.com/envoy.config.route.v3.VirtualHost";

function hostField(host: Uint8Array): Uint8Array {
  const fields = messageDescriptor(messageName(typeUrls.route)).fields;
  const number = fields.find(({ name }) => name === "virtual_hosts")?.number;
  if (number === undefined) throw new Error("Envoy's route table has no virtual_hosts any more");
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(host).finish();
}

function encodeHost(routed: RoutedPort): EncodedHost {
  const field = hostField(encodeResource(hostType, virtualHost(routed)));
  const mirrors = routed.rules.flatMap(({ filters }) => filters.mirrors.map(({ backend }) => backendCluster(backend)));
  return { field, digest: digest(field), mirrorClusters: mirrors };
}

/** Makes a table of encoded parts. The fields of a protobuf message may come in any order. */
function assemble(restBytes: Uint8Array, hosts: readonly EncodedHost[]): RouteTable {
  const version = digest([digest(restBytes), ...hosts.map((host) => host.digest)].join(" "));
  const body = Buffer.concat([restBytes, ...hosts.map(({ field }) => field)]);
  const mirrorClusters = [...new Set(hosts.flatMap((host) => host.mirrorClusters))].sort();
  return { resource: { name: outboundName, version, body }, mirrorClusters };
}

/** Tables by what is in them: the same list of the same ports gives the same table, kept as long as the list is. */
export class RouteTables {
  readonly #hosts = new WeakMap<RoutedPort, EncodedHost>();
  readonly #tables = new WeakMap<readonly RoutedPort[], RouteTable>();
  #rest: Uint8Array | undefined;

  of(ports: readonly RoutedPort[]): RouteTable {
    const known = this.#tables.get(ports);
    if (known !== undefined) return known;
    this.#rest ??= encodeResource(typeUrls.route, rest);
    const made = assemble(
      this.#rest,
      ports.map((routed) => this.#host(routed)),
    );
    this.#tables.set(ports, made);
    return made;
  }

  #host(routed: RoutedPort): EncodedHost {
    const known = this.#hosts.get(routed);
    if (known !== undefined) return known;
    const made = encodeHost(routed);
    this.#hosts.set(routed, made);
    return made;
  }
}
