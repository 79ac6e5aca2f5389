/**
 * One leader among the replicas, by a Lease; the rules of client-go's leader election.
 *
 * Nobody compares clocks: a Lease has run out when this process has seen it unchanged for as long as it lasts. A leader
 * that could not renew stops leading well before the others may take over.
 */
import type { Clock } from "../clock.ts";
import type { Log } from "../observability/logger.ts";
import type { KubernetesApi } from "./api.ts";
import { isConflict } from "./api.ts";
import type { Lease, LeaseLocation } from "./lease.ts";
import { heldBy, readLease, released, writeLease } from "./lease.ts";
import type { ReconcileLoop } from "./reconcile-loop.ts";
import { createLoggedLoop } from "./logged-loop.ts";

export interface ElectionTimings {
  /** How long a Lease lasts that nobody renews. */
  readonly leaseMs: number;
  /** A leader that has not renewed for so long stops leading. */
  readonly deadlineMs: number;
  /** Between two renewals, or two looks of those who wait. */
  readonly retryMs: number;
}

/** As client-go's defaults, but for `retryMs` (2 s): what depends on this leader can wait a moment longer. */
export const defaultElectionTimings: ElectionTimings = { leaseMs: 15_000, deadlineMs: 10_000, retryMs: 4_000 };

export interface LeaderElectionOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly lease: LeaseLocation;
  /** A name that no other process has while this one lives. */
  readonly identity: string;
  /** Called with each change, false at the end too where it led. Must not throw. */
  readonly onChange: (leads: boolean) => void;
  readonly timings?: Partial<ElectionTimings>;
}

export interface LeaderElection {
  start(): void;
  /** Stops leading at once, and lets the others know; resolves when that is done or has failed. */
  stop(): Promise<void>;
  leads(): boolean;
}

/** An election; needs `get` and `update` on the Lease, and `create` on leases of its namespace. */
export function createLeaderElection(options: LeaderElectionOptions): LeaderElection {
  return new Election(options);
}

class Election implements LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #timings: ElectionTimings;
  readonly #loop: ReconcileLoop;
  /** The Lease as it was last seen to change, and when. */
  #seen: { readonly spec: string; readonly at: number } | undefined;
  #leads = false;
  /** Whether the Lease may still name us. */
  #holds = false;
  #stopped = false;
  #cancelDeadline = (): void => undefined;

  constructor(options: LeaderElectionOptions) {
    const { clock, random, log, lease } = options;
    this.#options = options;
    this.#timings = { ...defaultElectionTimings, ...options.timings };
    const messages = { failed: "leader election failed", recovered: "leader election goes on" };
    this.#loop = createLoggedLoop({
      run: () => this.#run(),
      clock,
      random,
      log,
      messages,
      fields: { lease: lease.name },
      backoff: { firstMs: 1_000, longestMs: Math.max(1_000, this.#timings.retryMs) },
    });
  }

  start(): void {
    this.#loop.ring();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#loop.stop();
    this.#lead(false);
    await this.#loop.idle();
    if (this.#holds) await this.#release();
  }

  leads(): boolean {
    return this.#leads;
  }

  async #run(): Promise<number> {
    const { api, clock, random, lease, identity } = this.#options;
    const { leaseMs, retryMs } = this.#timings;
    const current = await readLease(api, lease);
    if (this.#isFree(current)) {
      const now = clock.now();
      try {
        await writeLease(api, lease, current, heldBy(identity, current?.spec, now, leaseMs));
        this.#renewed(now);
      } catch (error) {
        if (!isConflict(error)) throw error;
        this.#lead(false);
      }
    } else this.#lead(false);
    return retryMs * (0.9 + random() / 5);
  }

  /** Whether the Lease is ours, or there for the taking. */
  #isFree(lease: Lease | undefined): boolean {
    const now = this.#options.clock.now();
    const spec = JSON.stringify(lease?.spec);
    if (this.#seen?.spec !== spec) this.#seen = { spec, at: now };
    const holder = lease?.spec?.holderIdentity ?? "";
    if (holder === "" || holder === this.#options.identity) return true;
    return now - this.#seen.at >= (lease?.spec?.leaseDurationSeconds ?? 0) * 1_000;
  }

  /** @param at when the renewal was sent: the Lease lasts from then at least */
  #renewed(at: number): void {
    const { clock, log, lease } = this.#options;
    this.#holds = true;
    if (this.#stopped) return;
    this.#cancelDeadline();
    this.#cancelDeadline = clock.after(at + this.#timings.deadlineMs - clock.now(), () => {
      log.warn({ lease: lease.name }, "leadership lost: the lease could not be renewed");
      this.#lead(false);
    });
    this.#lead(true);
  }

  #lead(leads: boolean): void {
    if (!leads) this.#cancelDeadline();
    if (this.#leads === leads) return;
    this.#leads = leads;
    this.#options.log.info({ lease: this.#options.lease.name, leads }, "leadership changed");
    this.#options.onChange(leads);
  }

  async #release(): Promise<void> {
    const { api, clock, lease, identity, log } = this.#options;
    try {
      const current = await readLease(api, lease);
      if (current?.spec?.holderIdentity !== identity) return;
      await writeLease(api, lease, current, released(current.spec, clock.now()));
    } catch (err) {
      // The others wait until it has run out.
      log.debug({ err, lease: lease.name }, "lease not released");
    }
  }
}
