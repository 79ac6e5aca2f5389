/**
 * The route table of outbound requests. Each request goes to the cluster that its private header names, unless the
 * destination has routes: those are in a virtual host of the destination's name.
 *
 * A virtual host is encoded once, whoever has it in his table, and a table is put together from encoded ones.
 */
import { encodeResource } from "../../../envoy-api/resource.ts";
import type { EncodedResource } from "../../ads/resource-source.ts";
import { typeUrls } from "../../ads/resource-source.ts";
import type { RoutedPort } from "../../model/route.ts";
import { digest } from "../encoded.ts";
import { destinationHeader, outboundName } from "../names.ts";
import type { EncodedHost } from "./host-encoder.ts";
import { HostEncoder } from "./host-encoder.ts";
import { removeMark } from "../unseen-requests.ts";
import { retryUnseen } from "./retry-policy.ts";
import { hostName } from "./virtual-host.ts";

/** What a proxy gets for the routes of its namespace. */
export interface RouteTable {
  readonly resource: EncodedResource;
  /** Clusters of mirrors, sorted: Envoy holds no request for them, so they must be there before. */
  readonly mirrorClusters: readonly string[];
}

/** A virtual host that could not be made. */
export interface HostFault {
  /** Its name, e.g. `shop/web|80`. */
  readonly host: string;
  readonly error: unknown;
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
  ...removeMark,
  virtual_hosts: [plainHost],
};

/** Makes a table of encoded parts. The fields of a protobuf message may come in any order. */
function assemble(restBytes: Uint8Array, hosts: readonly EncodedHost[]): RouteTable {
  const version = digest([digest(restBytes), ...hosts.map((host) => host.digest)].join(" "));
  const body = Buffer.concat([restBytes, ...hosts.map(({ item }) => item)]);
  const mirrorClusters = [...new Set(hosts.flatMap((host) => host.mirrorClusters))].sort();
  return { resource: { name: outboundName, version, body }, mirrorClusters };
}

/** A table with what it was made of. */
interface MadeTable extends RouteTable {
  readonly ports: readonly RoutedPort[];
  /** One for each port. */
  readonly hosts: readonly EncodedHost[];
}

/** Tables by what is in them: the same list of the same ports gives the same table, kept as long as the list is. */
export class RouteTables {
  readonly #onFault: (fault: HostFault) => void;
  /** Undefined: it could not be made. */
  readonly #hosts = new WeakMap<RoutedPort, EncodedHost | undefined>();
  readonly #tables = new WeakMap<readonly RoutedPort[], MadeTable>();
  /** By the namespace of the clients: the last that was asked for. */
  readonly #current = new Map<string, MadeTable>();
  /** Made when first needed, as the descriptors are large. */
  #parts: { readonly rest: Uint8Array; readonly encoder: HostEncoder } | undefined;

  /** @param onFault hears of each virtual host that cannot be made, once */
  constructor(onFault: (fault: HostFault) => void) {
    this.#onFault = onFault;
  }

  /**
   * The table of these ports. A virtual host that cannot be made stays as it was in the namespace's table before; where it
   * was not there, its requests are answered with an error: without it, they would go where its routes may not want them.
   *
   * @param namespace of the clients
   */
  of(namespace: string, ports: readonly RoutedPort[]): RouteTable {
    const table = this.#tables.get(ports) ?? this.#make(ports, this.#current.get(namespace));
    this.#current.set(namespace, table);
    return table;
  }

  /** No proxy of this namespace is left. */
  forget(namespace: string): void {
    this.#current.delete(namespace);
  }

  #make(ports: readonly RoutedPort[], before: MadeTable | undefined): MadeTable {
    this.#parts ??= { rest: encodeResource(typeUrls.route, rest), encoder: new HostEncoder() };
    const { encoder, rest: restBytes } = this.#parts;
    const hosts = ports.map(
      (routed) => this.#host(routed, encoder) ?? earlier(routed, before) ?? encoder.encodeFailing(routed),
    );
    const made = { ...assemble(restBytes, hosts), ports, hosts };
    this.#tables.set(ports, made);
    return made;
  }

  #host(routed: RoutedPort, encoder: HostEncoder): EncodedHost | undefined {
    if (this.#hosts.has(routed)) return this.#hosts.get(routed);
    const made = this.#encode(routed, encoder);
    this.#hosts.set(routed, made);
    return made;
  }

  #encode(routed: RoutedPort, encoder: HostEncoder): EncodedHost | undefined {
    try {
      return encoder.encode(routed);
    } catch (error) {
      this.#onFault({ host: hostName(routed), error });
      return undefined;
    }
  }
}

/** Found by the same addresses alone: no two virtual hosts of a table may have one in common. */
function isSame(one: RoutedPort, other: RoutedPort): boolean {
  return hostName(one) === hostName(other) && one.addresses.join(" ") === other.addresses.join(" ");
}

function earlier(routed: RoutedPort, before: MadeTable | undefined): EncodedHost | undefined {
  const place = before?.ports.findIndex((port) => isSame(port, routed)) ?? -1;
  return before?.hosts[place];
}
