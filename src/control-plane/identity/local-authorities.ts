/**
 * Roots that exist only in this process: for running the control plane without a cluster.
 */
import type { Authority } from "../../certificates/authority.ts";
import type { Clock } from "../../clock.ts";
import { createLoggedLoop } from "../../kubernetes/logged-loop.ts";
import type { Log } from "../../observability/logger.ts";
import { createChangeListeners } from "./change-listeners.ts";
import type { IdentityPolicy } from "./identity-policy.ts";
import { issueRoot } from "./issue-certificate.ts";
import { planRotation } from "./rotation-plan.ts";
import type { AuthoritySource, SigningAuthority } from "./signing-authority.ts";
import { ownRoot } from "./signing-authority.ts";

export interface LocalAuthoritiesOptions {
  readonly trustDomain: string;
  readonly policy: IdentityPolicy;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
}

export interface LocalAuthorities extends AuthoritySource {
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Makes a new root take the place of the present one, over the usual steps. */
  rotate(): Promise<void>;
}

/** Nothing happens before `start()`. */
export function createLocalAuthorities(options: LocalAuthoritiesOptions): LocalAuthorities {
  const { trustDomain, policy, clock, random, log } = options;
  const listeners = createChangeListeners<undefined>();
  const jitter = random();
  let roots: readonly Authority[] = [];
  let signing: readonly SigningAuthority[] = [];
  let rotationRequested = false;

  function reconcile(): number {
    const now = clock.now();
    const { keep, next, reviewAt } = planRotation({ authorities: roots, now, policy, jitter, rotationRequested });
    rotationRequested = false;
    const made = next === undefined ? [] : [issueRoot(trustDomain, next, now, policy.rootLifetimeMs)];
    const untilReview = made.length > 0 ? 0 : Math.min(policy.pollMs, reviewAt - now);
    if (made.length === 0 && keep.length === roots.length) return untilReview;
    roots = [...made, ...keep];
    signing = roots.map(ownRoot);
    for (const { number, notAfter } of made) log.info({ root: number, notAfter: new Date(notAfter) }, "mesh root made");
    listeners.tell(undefined);
    return untilReview;
  }

  const loop = createLoggedLoop({
    run: reconcile,
    clock,
    random,
    log,
    messages: { failed: "mesh root not made", recovered: "mesh root made again" },
  });
  const runNow = async (): Promise<void> => {
    loop.ring();
    await loop.idle();
  };
  return {
    start: runNow,
    stop: loop.stop,
    current: () => signing,
    onChange: listeners.add,
    idle: loop.idle,
    rotate: async () => {
      rotationRequested = true;
      await runNow();
    },
  };
}
