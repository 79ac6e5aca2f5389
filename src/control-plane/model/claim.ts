/**
 * Who has an address. Two Services may claim the same one, by mistake, by malice, or for a moment when one is deleted and
 * another takes its cluster IP; exactly one of them has it, and it is the same one whatever came first.
 */
import type { Reach } from "./destination.ts";
import type { ResolvedPort } from "./resolved-port.ts";
import type { NamespacedName } from "./workload.ts";

/** An address, or {@link nodePortKey}. */
export type ClaimKey = string;

export interface Claim {
  readonly service: NamespacedName;
  /** One of {@link claimRanks}. */
  readonly rank: number;
  /** Milliseconds since the epoch: of the Service. */
  readonly createdAt: number;
  /** Of clients that come by this address. */
  readonly reach: Reach;
  readonly port: ResolvedPort;
}

/** The lower one wins: nobody gets a Service's cluster IP by naming it as an external one (CVE-2020-8554). */
export const claimRanks = { clusterIp: 0, loadBalancer: 1, external: 2, node: 3 } as const;

const nodePrefix = "node:";

/** The claim key of a port at every node. */
export function nodePortKey(port: number): ClaimKey {
  return `${nodePrefix}${port}`;
}

/** The port of a key made by {@link nodePortKey}; undefined for an address. */
export function nodePortOf(key: ClaimKey): number | undefined {
  return key.startsWith(nodePrefix) ? Number(key.slice(nodePrefix.length)) : undefined;
}

const unclaimed: readonly Claim[] = [];

export class ClaimTable {
  readonly #claims = new Map<ClaimKey, readonly Claim[]>();

  /** All who claim it, the one who has it first. */
  claimants(key: ClaimKey): readonly Claim[] {
    return this.#claims.get(key) ?? unclaimed;
  }

  /** Who has it. */
  holder(key: ClaimKey): Claim | undefined {
    return this.#claims.get(key)?.[0];
  }

  /** Replaces what a Service claims there; undefined: it no longer does. */
  set(key: ClaimKey, service: NamespacedName, claim: Claim | undefined): void {
    const others = this.claimants(key).filter((other) => other.service !== service);
    const claims = claim === undefined ? others : [...others, claim].sort(byRight);
    if (claims.length === 0) this.#claims.delete(key);
    else this.#claims.set(key, claims);
  }
}

function byRight(one: Claim, other: Claim): number {
  return one.rank - other.rank || one.createdAt - other.createdAt || (one.service < other.service ? -1 : 1);
}
