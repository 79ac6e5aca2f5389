/** One port of a Service, whatever address it is reached by. */
import { isDeepStrictEqual } from "node:util";
import type { IpFamily } from "../../net/cidr.ts";
import type { Address, DeclaredProtocol, Reach, ServiceDestination } from "./destination.ts";
import type { EndpointsByFamily } from "./endpoints.ts";
import { haveSameIdentities } from "./endpoints.ts";
import type { ConnectionPolicy } from "./traffic-policy.ts";
import type { NamespacedName } from "./workload.ts";

export interface ResolvedPort {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  readonly protocol: DeclaredProtocol;
  readonly sticky: boolean;
  /** Those that it is reached in; the other one's endpoints mean nothing. */
  readonly families: readonly IpFamily[];
  readonly endpoints: EndpointsByFamily;
  /** Undefined where no policy says anything. */
  readonly balancing: ConnectionPolicy | undefined;
  /** The TCPRoute that has it; undefined where none does. */
  readonly tcpRoute: NamespacedName | undefined;
}

/** What stands behind an address that is the port's. */
export function serviceDestination(
  { namespace, service, port, protocol, sticky, endpoints, balancing }: ResolvedPort,
  { address, family, reach }: { readonly address: Address; readonly family: IpFamily; readonly reach: Reach },
): ServiceDestination {
  return {
    kind: "service",
    address,
    namespace,
    service,
    port,
    protocol,
    reach,
    sticky,
    endpoints: endpoints[family],
    balancing,
    shares: undefined,
  };
}

/**
 * The family of the endpoints that requests are sent to which go by the Service's name: one, as each pod of a dual-stack
 * Service has an address in both.
 */
export function familyByName({ families, endpoints }: ResolvedPort): IpFamily {
  return families.find((family) => endpoints[family].length > 0) ?? families[0] ?? "IPv4";
}

/** Whether more than the endpoints' list tells two apart, in one family. */
export function isRedefined(before: ResolvedPort, after: ResolvedPort, family: IpFamily): boolean {
  return (
    before.namespace !== after.namespace ||
    before.service !== after.service ||
    before.port !== after.port ||
    before.protocol !== after.protocol ||
    before.sticky !== after.sticky ||
    before.families.includes(family) !== after.families.includes(family) ||
    !isDeepStrictEqual(before.balancing, after.balancing) ||
    !haveSameIdentities(before.endpoints[family], after.endpoints[family])
  );
}
