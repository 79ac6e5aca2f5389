/**
 * A CA that users bring in a Secret: read whenever it changes. What cannot be used is told, and the last good one stays.
 */
import type { SecretLocation } from "../../certificates/authority-secret.ts";
import { secretsPath } from "../../certificates/authority-secret.ts";
import type { SecretData } from "../../certificates/authority.ts";
import type { Clock } from "../../clock.ts";
import type { KubernetesApi, KubernetesObject } from "../../kubernetes/api.ts";
import type { ListWatchTimings } from "../../kubernetes/list-watch.ts";
import { createListWatch } from "../../kubernetes/list-watch.ts";
import type { Log } from "../../observability/logger.ts";
import { formatProblem } from "../../problem.ts";
import { createChangeListeners } from "./change-listeners.ts";
import type { HeldAuthority } from "./given-succession.ts";
import { keepValid, succeedGiven } from "./given-succession.ts";
import type { IdentityPolicy } from "./identity-policy.ts";
import { readGivenAuthority } from "./read-given-authority.ts";
import type { AuthoritySource } from "./signing-authority.ts";

export interface GivenAuthoritiesOptions {
  readonly api: KubernetesApi;
  readonly secret: SecretLocation;
  readonly policy: IdentityPolicy;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly watchTimings?: Partial<ListWatchTimings>;
}

interface Secret extends KubernetesObject {
  readonly data?: SecretData;
}

/** Needs `list` and `watch` on the Secret. */
export function createGivenAuthorities(options: GivenAuthoritiesOptions): AuthoritySource {
  const { secret, policy, clock, log, watchTimings } = options;
  const place = `${secret.namespace}/${secret.name}`;
  const listeners = createChangeListeners<undefined>();
  let held: readonly HeldAuthority[] = [];
  let cancelReview = (): void => undefined;

  function replace(next: readonly HeldAuthority[]): void {
    held = next;
    cancelReview();
    cancelReview = clock.after(policy.pollMs, review);
    listeners.tell(undefined);
  }

  /** Lets go of those whose time is over. */
  function review(): void {
    const kept = keepValid(held, clock.now());
    if (kept.length < held.length) replace(kept);
    else cancelReview = clock.after(policy.pollMs, review);
  }

  function take(data: SecretData | undefined): void {
    if (data === undefined) {
      log.error({ secret: place }, "the Secret with the mesh's CA is missing");
      return;
    }
    const given = readGivenAuthority(data, clock.now());
    if (!given.ok) {
      log.error({ secret: place, problems: given.problems.map(formatProblem) }, "the mesh's CA cannot be used");
      return;
    }
    log.info({ secret: place, notAfter: new Date(given.value.notAfter) }, "mesh CA read");
    replace(succeedGiven(held, given.value, clock.now(), policy));
  }

  const watch = createListWatch<SecretData>({
    ...options,
    path: secretsPath(secret.namespace),
    fieldSelector: `metadata.name=${secret.name}`,
    reduce: (object) => (object as Secret).data ?? {},
    onChange: (_name, data) => {
      take(data);
    },
    ...(watchTimings !== undefined && { timings: watchTimings }),
  });
  return {
    start: () => {
      watch.start();
      void watch.whenSynced().then(() => {
        if (watch.values().length === 0) take(undefined);
      });
      return Promise.resolve();
    },
    stop: () => {
      watch.stop();
      cancelReview();
    },
    current: () => held,
    onChange: listeners.add,
  };
}
