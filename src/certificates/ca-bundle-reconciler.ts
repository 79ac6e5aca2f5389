/**
 * Keeps the CA bundles of our webhook configurations equal to what the certificate source wants trusted, and heals them
 * when somebody edits them. Every replica does so; what they do is idempotent, so no leader is needed.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { isConflict, isNotFound } from "../kubernetes/api.ts";
import type { ListWatch, ListWatchTimings } from "../kubernetes/list-watch.ts";
import { createListWatch } from "../kubernetes/list-watch.ts";
import type { ReconcileLoop } from "../kubernetes/reconcile-loop.ts";
import { createLoggedLoop } from "../kubernetes/logged-loop.ts";
import type { Log } from "../observability/logger.ts";
import { planBundle } from "./bundle-plan.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import type { CertificateObserver } from "./certificate-source.ts";
import type { LiveBundles } from "./live-bundles.ts";
import type { ConfigurationReference, WebhookConfiguration } from "./webhook-configuration.ts";
import {
  configurationsPath,
  isInjectedByCertManager,
  keyOfConfiguration,
  patchBundles,
  readBundles,
} from "./webhook-configuration.ts";

export interface CaBundleReconcilerOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly observer: CertificateObserver;
  readonly policy: CertificatePolicy;
  readonly configurations: readonly ConfigurationReference[];
  /** Told what is read; created with the names of those that matter among the configurations. */
  readonly live: LiveBundles;
  readonly watchTimings?: Partial<ListWatchTimings>;
  /** PEM of the CAs to trust; undefined or empty where there is nothing to say, and bundles are then left alone. */
  readonly wanted: () => string | undefined;
  /** Whether that is the latest; a view that may be old takes no CA away. */
  readonly isWantedFresh: () => boolean;
}

export interface CaBundleReconciler {
  start(): void;
  stop(): void;
  /** Looks again: what is wanted has changed. */
  readonly ring: () => void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** As many writers as may meet in the same moment. */
const mostAttempts = 8;

/** A reconciler of all the configurations; needs `get`, `list`, `watch` and `patch` on each. */
export function createCaBundleReconciler(options: CaBundleReconcilerOptions): CaBundleReconciler {
  const keepers = options.configurations.map((reference) => createKeeper(options, reference));
  return {
    start: () => {
      for (const { loop, watch } of keepers) {
        loop.ring();
        watch.start();
      }
    },
    stop: () => {
      for (const { loop, watch } of keepers) {
        loop.stop();
        watch.stop();
      }
    },
    ring: () => {
      for (const { loop } of keepers) loop.ring();
    },
    idle: async () => {
      await Promise.all(keepers.map(({ loop }) => loop.idle()));
    },
  };
}

interface Keeper {
  readonly loop: ReconcileLoop;
  /** Only rings: what it saw may be older than what we wrote since, so the loop reads for itself. */
  readonly watch: ListWatch<undefined>;
}

function createKeeper(options: CaBundleReconcilerOptions, reference: ConfigurationReference): Keeper {
  const { api, clock, random, log, observer, policy, watchTimings } = options;
  const messages = { failed: "webhook CA bundle not reconciled", recovered: "webhook CA bundle reconciled again" };
  let superfluous: ReadonlyMap<string, number> = new Map();
  const loop = createLoggedLoop({
    run: async () => {
      superfluous = await reconcile(options, reference, superfluous);
      const narrowAt = Math.min(...superfluous.values()) + policy.narrowMs;
      return Math.min(policy.pollMs, Math.max(0, narrowAt - clock.now()));
    },
    clock,
    random,
    log,
    messages,
    fields: { configuration: reference.name },
    onFailure: () => {
      observer.failed("ca-bundle");
    },
  });
  const watch = createListWatch({
    api,
    clock,
    random,
    log,
    path: configurationsPath(reference),
    fieldSelector: `metadata.name=${reference.name}`,
    metadataOnly: true,
    reduce: () => undefined,
    onChange: loop.ring,
    onFailure: () => {
      observer.failed("watch");
    },
    ...(watchTimings !== undefined && { timings: watchTimings }),
  });
  return { loop, watch };
}

/** @returns the superfluous CAs that are still there */
async function reconcile(
  options: CaBundleReconcilerOptions,
  reference: ConfigurationReference,
  superfluousSince: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await reconcileOnce(options, reference, superfluousSince);
    } catch (error) {
      if (attempt === mostAttempts || !isConflict(error)) throw error;
    }
  }
}

async function reconcileOnce(
  options: CaBundleReconcilerOptions,
  reference: ConfigurationReference,
  superfluousSince: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const { api, clock, log, observer, live, wanted } = options;
  const configuration = await readConfiguration(api, reference);
  const bundles = configuration === undefined ? undefined : readBundles(configuration);
  live.observe(keyOfConfiguration(reference), bundles);
  const bundle = wanted();
  if (configuration === undefined || bundles === undefined) return new Map();
  if (bundle === undefined || bundle === "" || isInjectedByCertManager(configuration)) return new Map();
  const now = clock.now();
  const narrowMs = options.isWantedFresh() ? options.policy.narrowMs : Infinity;
  const plans = bundles.map((each) => planBundle({ wanted: bundle, live: each, superfluousSince, now, narrowMs }));
  if (plans.some((plan) => plan.bundle !== undefined)) {
    const patch = patchBundles(
      reference,
      configuration,
      plans.map((plan) => plan.bundle),
    );
    live.observe(keyOfConfiguration(reference), readBundles(await api.request<WebhookConfiguration>(patch)));
    observer.bundlePatched();
    log.info({ configuration: reference.name }, "webhook CA bundle updated");
  }
  return new Map(plans.flatMap((plan) => [...plan.superfluous]));
}

async function readConfiguration(
  api: KubernetesApi,
  reference: ConfigurationReference,
): Promise<WebhookConfiguration | undefined> {
  try {
    const path = `${configurationsPath(reference)}/${reference.name}`;
    return await api.request<WebhookConfiguration>({ method: "GET", path });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
