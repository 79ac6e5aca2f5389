/**
 * The webhook's certificates as one part: a source, and where there is a cluster the keeper of its CA bundles.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import type { ListWatchTimings } from "../kubernetes/list-watch.ts";
import type { Log } from "../observability/logger.ts";
import type { SecretLocation } from "./authority-secret.ts";
import { createCaBundleReconciler } from "./ca-bundle-reconciler.ts";
import type { CaBundleReconciler } from "./ca-bundle-reconciler.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import type { CertificateObserver, CertificateSource } from "./certificate-source.ts";
import { createFilesSource } from "./files-source.ts";
import { LiveBundles } from "./live-bundles.ts";
import { createSelfMadeSource } from "./self-made-source.ts";
import { createSharedSecretSource } from "./shared-secret-source.ts";
import type { ConfigurationReference } from "./webhook-configuration.ts";
import { keyOfConfiguration } from "./webhook-configuration.ts";

/** Where certificates come from. */
export type CertificateOrigin =
  /** A CA of this process only; `names` are what callers call it by. */
  | { readonly kind: "self-made"; readonly names: readonly string[] }
  /** Our own CA, shared by all replicas in a Secret. */
  | {
      readonly kind: "shared-secret";
      readonly names: readonly string[];
      readonly secret: SecretLocation;
      readonly cluster: ClusterAccess;
    }
  /** Files that somebody else renews; with a cluster, its configurations are kept to their CA. */
  | { readonly kind: "files"; readonly folder: string; readonly cluster?: ClusterAccess };

export interface ClusterAccess {
  readonly api: KubernetesApi;
  /** The webhook configurations that must trust us. */
  readonly configurations: readonly ConfigurationReference[];
  /** Those whose bundles are kept as well, and which nobody waits for: what they ask for is done without, where need be. */
  readonly advisory?: readonly ConfigurationReference[];
}

export interface WebhookCertificatesOptions {
  readonly origin: CertificateOrigin;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly observer: CertificateObserver;
  readonly policy: CertificatePolicy;
  readonly watchTimings?: Partial<ListWatchTimings>;
}

export interface WebhookCertificates {
  /** Serve with what this says. */
  readonly source: CertificateSource;
  /** Starts everything; resolves after the first attempts. Failed ones go on by themselves. */
  start(): Promise<void>;
  stop(): void;
  /**
   * Why no API server would accept what is served, as a sentence without its full stop; undefined where it would.
   * Cheap enough for every readiness probe.
   */
  readonly unready: () => string | undefined;
  /** Text that all replicas know and nobody else; undefined where they share none, or not yet. */
  sharedKey(): string | undefined;
  /** Begins a rotation of the CA, where it is ours; resolves when the new one is in the Secret. */
  rotate(): Promise<void>;
  /** Resolves when nothing is under way; what waits for a time or a watch event does not count. */
  idle(): Promise<void>;
}

/** Puts source and reconciler together. */
export function createWebhookCertificates(options: WebhookCertificatesOptions): WebhookCertificates {
  const { origin, clock } = options;
  const configurations = origin.kind === "self-made" ? [] : (origin.cluster?.configurations ?? []);
  const live = new LiveBundles(configurations.map(keyOfConfiguration), clock);
  const created = createSource(options, live);
  const { source } = created;
  const keeper = createKeeper(options, live, created);
  const distrust = new Distrust(live, source, clock);
  let stopListening = (): void => undefined;
  return {
    source,
    start: async () => {
      const endings = [
        source.onChange(() => keeper?.ring()),
        source.onChange(distrust.review),
        live.onChange(distrust.review),
      ];
      stopListening = () => {
        for (const end of endings) end();
      };
      keeper?.start();
      // First what the configurations trust, then what to sign by: with two CAs there it makes a difference.
      await keeper?.idle();
      await source.start();
    },
    stop: () => {
      stopListening();
      keeper?.stop();
      source.stop();
    },
    unready: () => {
      if (source.current() === undefined) return "there is no certificate yet";
      if (!source.healthy()) return "the certificate is not valid now";
      return distrust.isLasting() ? "a webhook configuration does not trust the certificate" : undefined;
    },
    sharedKey: () => created.sharedKey(),
    rotate: () => created.rotate(),
    idle: async () => {
      await Promise.all([created.idle(), keeper?.idle()]);
    },
  };
}

/**
 * Whether the live configurations distrust what is served, and go on to do so.
 *
 * An edited bundle is healed in milliseconds. It hits all replicas at once, so that being unready helps nobody: it would
 * only take every endpoint away, seconds later, from a webhook that works again.
 */
class Distrust {
  readonly #live: LiveBundles;
  readonly #source: CertificateSource;
  readonly #clock: Clock;
  /** Since when, in milliseconds since the epoch; undefined where there is trust. From the start there is none. */
  #since: number | undefined = -Infinity;

  constructor(live: LiveBundles, source: CertificateSource, clock: Clock) {
    this.#live = live;
    this.#source = source;
    this.#clock = clock;
  }

  readonly review = (): void => {
    const current = this.#source.current();
    const isTrusted = current !== undefined && this.#live.trusts(current.certificate);
    this.#since = isTrusted ? undefined : (this.#since ?? this.#clock.now());
  };

  isLasting(): boolean {
    this.review();
    return this.#since !== undefined && this.#clock.now() - this.#since >= healingMs;
  }
}

/** Time to heal an edited bundle, also with an API server that is slow or away for a moment. */
const healingMs = 10_000;

interface CreatedSource {
  readonly source: CertificateSource;
  readonly rotate: () => Promise<void>;
  readonly isFresh: () => boolean;
  readonly sharedKey: () => string | undefined;
  readonly idle: () => Promise<void>;
}

function createSource(options: WebhookCertificatesOptions, live: LiveBundles): CreatedSource {
  const { origin } = options;
  const notOurs = {
    rotate: () => Promise.reject(new Error(`certificates of kind ${origin.kind} have no CA to rotate`)),
    isFresh: () => true,
    sharedKey: () => undefined,
  };
  switch (origin.kind) {
    case "self-made": {
      const source = createSelfMadeSource({ ...options, names: origin.names });
      return { ...notOurs, source, sharedKey: () => source.current()?.key, idle: () => source.idle() };
    }
    case "files": {
      const { folder, cluster } = origin;
      const source = createFilesSource({ ...options, folder, ...(cluster !== undefined && { live }) });
      return { ...notOurs, source, idle: () => source.idle() };
    }
    case "shared-secret": {
      const { names, secret, cluster } = origin;
      const source = createSharedSecretSource({ ...options, api: cluster.api, names, secret, live });
      return {
        source,
        rotate: () => source.rotate(),
        isFresh: () => source.isFresh(),
        sharedKey: () => source.sharedKey(),
        idle: () => source.idle(),
      };
    }
  }
}

function createKeeper(
  options: WebhookCertificatesOptions,
  live: LiveBundles,
  { source, isFresh }: CreatedSource,
): CaBundleReconciler | undefined {
  const { origin } = options;
  if (origin.kind === "self-made" || origin.cluster === undefined) return undefined;
  const wanted = (): string | undefined => source.current()?.caBundle;
  const { api, configurations, advisory = [] } = origin.cluster;
  const kept = [...configurations, ...advisory];
  return createCaBundleReconciler({ ...options, api, configurations: kept, live, wanted, isWantedFresh: isFresh });
}
