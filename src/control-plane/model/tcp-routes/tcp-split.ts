/**
 * How the connections to a Service's port are shared out that has a TCPRoute, and how that looks to clients of one IP family.
 */
import type { IpFamily } from "../../../net/cidr.ts";
import type { Endpoint, Reach, Share } from "../destination.ts";
import { areSameEndpoints, haveSameIdentities } from "../endpoints.ts";
import type { ResolvedPort } from "../resolved-port.ts";
import { familyByName } from "../resolved-port.ts";
import type { NamespacedName } from "../workload.ts";

export interface TcpSplit {
  /** The TCPRoute. */
  readonly route: NamespacedName;
  readonly backends: readonly SplitBackend[];
}

export interface SplitBackend {
  /** `<namespace>/<service>:<port>`. */
  readonly name: string;
  readonly weight: number;
  /** Undefined: it does not exist, may not be used, or is none that can be: its share of the connections is refused. */
  readonly target: { readonly port: ResolvedPort; readonly reach: Reach } | undefined;
}

const none: readonly Endpoint[] = [];

/** The shares of clients that connect in a family; what a backend does not have in it, it has in its own. */
export function sharesOf({ backends }: TcpSplit, family: IpFamily): readonly Share[] {
  return backends.map(({ name, weight, target }) => ({
    backend: name,
    weight,
    reach: target?.reach ?? "cluster",
    endpoints: target === undefined ? none : endpointsIn(target.port, family),
  }));
}

function endpointsIn(port: ResolvedPort, family: IpFamily): readonly Endpoint[] {
  return port.endpoints[port.families.includes(family) ? family : familyByName(port)];
}

/** All endpoints, each once, sorted by IP and port. */
export function endpointsOfShares(shares: readonly Share[]): readonly Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const { endpoints } of shares) {
    for (const endpoint of endpoints) {
      const key = `${endpoint.ip} ${endpoint.port}`;
      // Two Services may think differently of one pod: what is ready for one of them is.
      if (found.get(key)?.draining !== false) found.set(key, endpoint);
    }
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, endpoint]) => endpoint);
}

/** What tells two splits apart: nothing, where connections go, or more than that. */
export function compareSplits(
  before: TcpSplit | undefined,
  after: TcpSplit | undefined,
  family: IpFamily,
): "none" | "endpoints" | "redefined" {
  if (before === undefined || after === undefined) return before === after ? "none" : "redefined";
  const [from, to] = [sharesOf(before, family), sharesOf(after, family)];
  if (!haveSameIdentities(endpointsOfShares(from), endpointsOfShares(to))) return "redefined";
  return areSameShares(from, to) ? "none" : "endpoints";
}

function areSameShares(some: readonly Share[], others: readonly Share[]): boolean {
  return some.length === others.length && some.every((share, index) => isSame(share, others[index]));
}

function isSame(one: Share, other: Share | undefined): boolean {
  return (
    other !== undefined &&
    one.backend === other.backend &&
    one.weight === other.weight &&
    one.reach === other.reach &&
    areSameEndpoints(one.endpoints, other.endpoints)
  );
}
