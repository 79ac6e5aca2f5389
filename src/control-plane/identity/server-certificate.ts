/**
 * The control plane's own certificate, by the same roots as the workloads': each replica signs its own and keeps it in
 * memory.
 */
import type { Clock } from "../../clock.ts";
import { createLoggedLoop } from "../../kubernetes/logged-loop.ts";
import type { Log } from "../../observability/logger.ts";
import { createChangeListeners } from "./change-listeners.ts";
import type { IdentityPolicy } from "./identity-policy.ts";
import type { IssuedLeaf, SubjectName } from "./issue-certificate.ts";
import { RenewedLeaf } from "./renewed-leaf.ts";
import type { AuthoritySource } from "./signing-authority.ts";

export interface ServerCertificateOptions {
  readonly authorities: AuthoritySource;
  /** What proxies may call the server by. */
  readonly names: readonly SubjectName[];
  readonly policy: IdentityPolicy;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
}

export interface ServerCertificateKeeper {
  /** Begins; resolves after the first attempt, successful or not. */
  readonly start: () => Promise<void>;
  readonly stop: () => void;
  /** Undefined while there is none that is valid. */
  readonly current: () => IssuedLeaf | undefined;
  /** Calls back with each new one; returns how to stop. */
  readonly onChange: (listener: (certificate: IssuedLeaf) => void) => () => void;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
}

/** Nothing happens before `start()`; the authorities are started by whoever made them. */
export function createServerCertificate(options: ServerCertificateOptions): ServerCertificateKeeper {
  const { authorities, names, policy, clock, random, log } = options;
  const leaf = new RenewedLeaf({ subject: { names }, policy, clock, random });
  const listeners = createChangeListeners<IssuedLeaf>();
  const messages = { failed: "server certificate not renewed", recovered: "server certificate renewed again" };
  let stopListening = (): void => undefined;

  function renew(): number {
    const isNew = leaf.renew(authorities.current());
    const current = leaf.get();
    if (isNew && current !== undefined) {
      log.info({ notAfter: new Date(current.notAfter) }, "server certificate issued");
      listeners.tell(current);
    }
    return Math.min(policy.pollMs, leaf.reviewAt(authorities.current()) - clock.now());
  }

  const loop = createLoggedLoop({
    run: renew,
    clock,
    random,
    log,
    messages,
  });
  return {
    start: async () => {
      stopListening = authorities.onChange(loop.ring);
      loop.ring();
      await loop.idle();
    },
    stop: () => {
      stopListening();
      loop.stop();
    },
    current: () => leaf.get(),
    onChange: listeners.add,
    idle: loop.idle,
  };
}
