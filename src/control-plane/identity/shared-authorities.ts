/**
 * Roots of our own, which all replicas share in a Secret. The Secret is written only when a root comes or goes; while the
 * API server is away, what was read from it goes on signing.
 */
import type { AuthoritySecretOptions, SecretLocation } from "../../certificates/authority-secret.ts";
import { reconcileAuthoritySecret } from "../../certificates/authority-secret.ts";
import { createSecretWatch } from "../../certificates/secret-watch.ts";
import type { Authority } from "../../certificates/authority.ts";
import type { Clock } from "../../clock.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { ListWatch, ListWatchTimings } from "../../kubernetes/list-watch.ts";
import type { ReconcileLoop } from "../../kubernetes/reconcile-loop.ts";
import { createLoggedLoop } from "../../kubernetes/logged-loop.ts";
import type { Log } from "../../observability/logger.ts";
import { createChangeListeners } from "./change-listeners.ts";
import type { IdentityPolicy } from "./identity-policy.ts";
import { issueRoot } from "./issue-certificate.ts";
import { successionRules } from "./rotation-plan.ts";
import type { AuthoritySource, SigningAuthority } from "./signing-authority.ts";
import { ownRoot } from "./signing-authority.ts";

export interface SharedAuthoritiesOptions {
  readonly api: KubernetesApi;
  readonly secret: SecretLocation;
  readonly trustDomain: string;
  readonly policy: IdentityPolicy;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly watchTimings?: Partial<ListWatchTimings>;
}

/** Needs `get`, `list`, `watch` and `update` on the Secret, and `create` on Secrets. */
export function createSharedAuthorities(
  options: SharedAuthoritiesOptions,
): AuthoritySource & { idle(): Promise<void> } {
  return new SharedAuthorities(options);
}

class SharedAuthorities implements AuthoritySource {
  readonly #options: SharedAuthoritiesOptions;
  readonly #secret: AuthoritySecretOptions;
  readonly #listeners = createChangeListeners<undefined>();
  readonly #loop: ReconcileLoop;
  readonly #watch: ListWatch<undefined>;
  #roots: readonly Authority[] = [];
  #signing: readonly SigningAuthority[] = [];

  constructor(options: SharedAuthoritiesOptions) {
    const { api, secret, trustDomain, policy, clock, random } = options;
    this.#options = options;
    this.#secret = {
      api,
      location: secret,
      ...successionRules(policy),
      policy: { ...successionRules(policy).policy, authorityLifetimeMs: policy.rootLifetimeMs },
      issue: (number, now, lifetimeMs) => issueRoot(trustDomain, number, now, lifetimeMs),
      now: () => clock.now(),
      jitter: random(),
    };
    this.#loop = createSecretLoop(options, () => this.#reconcile());
    this.#watch = createSecretWatch(options, this.#loop.ring);
  }

  async start(): Promise<void> {
    this.#loop.ring();
    this.#watch.start();
    await this.#loop.idle();
  }

  stop(): void {
    this.#watch.stop();
    this.#loop.stop();
  }

  current(): readonly SigningAuthority[] {
    return this.#signing;
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  idle(): Promise<void> {
    return this.#loop.idle();
  }

  /** @returns in how many milliseconds to look again */
  async #reconcile(): Promise<number> {
    const { clock, policy, log } = this.#options;
    const request = { known: this.#roots, rotate: false };
    const { authorities, made, reviewAt } = await reconcileAuthoritySecret(this.#secret, request);
    if (made !== undefined) {
      log.info({ root: made.number, notAfter: new Date(made.notAfter) }, "mesh root made");
    }
    this.#take(authorities);
    return Math.max(0, Math.min(policy.pollMs, reviewAt - clock.now()));
  }

  #take(roots: readonly Authority[]): void {
    const names = (list: readonly Authority[]): string => list.map(({ fingerprint }) => fingerprint).join();
    if (names(roots) === names(this.#roots)) return;
    this.#roots = roots;
    this.#signing = roots.map(ownRoot);
    this.#listeners.tell(undefined);
  }
}

function createSecretLoop(
  { clock, random, log, secret }: SharedAuthoritiesOptions,
  run: () => Promise<number>,
): ReconcileLoop {
  const messages = { failed: "mesh roots not reconciled", recovered: "mesh roots reconciled again" };
  return createLoggedLoop({
    run,
    clock,
    random,
    log,
    messages,
    fields: { secret: `${secret.namespace}/${secret.name}` },
  });
}
