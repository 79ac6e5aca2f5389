/** The cluster IPs' addresses of each namespace, in order. */
import type { Claim, ClaimKey } from "./claim.ts";
import { claimRanks } from "./claim.ts";
import type { Address } from "./destination.ts";

const none: readonly Address[] = [];

export class ClusterIpListing {
  readonly #addresses = new Map<string, Set<Address>>();
  readonly #sorted = new Map<string, readonly Address[]>();

  /** Sorted. */
  of(namespace: string): readonly Address[] {
    const addresses = this.#addresses.get(namespace);
    if (addresses === undefined) return none;
    const sorted = this.#sorted.get(namespace) ?? [...addresses].sort();
    this.#sorted.set(namespace, sorted);
    return sorted;
  }

  /** Follows an address from one holder to another; returns the namespaces that now have other addresses. */
  move(key: ClaimKey, before: Claim | undefined, after: Claim | undefined): readonly string[] {
    const [from, to] = [namespaceOf(before), namespaceOf(after)];
    if (from === to) return [];
    if (from !== undefined) this.#delete(from, key);
    if (to !== undefined) this.#add(to, key);
    return [from, to].filter((namespace) => namespace !== undefined);
  }

  #add(namespace: string, address: Address): void {
    const addresses = this.#addresses.get(namespace) ?? new Set<Address>();
    this.#addresses.set(namespace, addresses.add(address));
    this.#sorted.delete(namespace);
  }

  #delete(namespace: string, address: Address): void {
    const addresses = this.#addresses.get(namespace);
    addresses?.delete(address);
    if (addresses?.size === 0) this.#addresses.delete(namespace);
    this.#sorted.delete(namespace);
  }
}

function namespaceOf(claim: Claim | undefined): string | undefined {
  return claim?.rank === claimRanks.clusterIp ? claim.port.namespace : undefined;
}
