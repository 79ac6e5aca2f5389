/**
 * How many requests the ports of pods take, by the policies of the Services that lead to them. A replica does not see by
 * which Service it was called; where two limit the same port, the stricter one holds, as both promise that the replica
 * takes no more.
 */
import { isDeepStrictEqual } from "node:util";
import type { RateLimit } from "./traffic-policy.ts";
import type { NamespacedName } from "./workload.ts";

export interface PortLimit {
  readonly port: number;
  readonly limit: RateLimit;
}

/** IP → what one Service says of the ports there. */
export type LimitsByIp = ReadonlyMap<string, readonly PortLimit[]>;

/** Shared by all Services without limits. */
export const noLimits: LimitsByIp = new Map();

const none: readonly PortLimit[] = [];

export class ReplicaLimits {
  readonly #byIp = new Map<string, Map<NamespacedName, readonly PortLimit[]>>();

  /** Of all ports at some IPs that are limited, ascending. */
  at(ips: readonly string[]): readonly PortLimit[] {
    const said = ips.flatMap((ip) => [...(this.#byIp.get(ip)?.values() ?? [])].flat());
    if (said.length === 0) return none;
    const strictest = new Map<number, PortLimit>();
    for (const one of said.toSorted(byStrictness)) if (!strictest.has(one.port)) strictest.set(one.port, one);
    return [...strictest.values()].sort((one, other) => one.port - other.port);
  }

  /** @returns the IPs whose limits may differ now */
  replace(service: NamespacedName, before: LimitsByIp, after: LimitsByIp): readonly string[] {
    const ips = new Set([...before.keys(), ...after.keys()]);
    const changed = [...ips].filter((ip) => !isDeepStrictEqual(before.get(ip), after.get(ip)));
    for (const ip of changed) this.#set(ip, service, after.get(ip));
    return changed;
  }

  #set(ip: string, service: NamespacedName, limits: readonly PortLimit[] | undefined): void {
    const services = this.#byIp.get(ip) ?? new Map<NamespacedName, readonly PortLimit[]>();
    if (limits === undefined) services.delete(service);
    else services.set(service, limits);
    if (services.size === 0) this.#byIp.delete(ip);
    else this.#byIp.set(ip, services);
  }
}

function byStrictness({ limit: one }: PortLimit, { limit: other }: PortLimit): number {
  return one.requests / one.perMs - other.requests / other.perMs || one.burst - other.burst || one.perMs - other.perMs;
}
