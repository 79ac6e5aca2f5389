/**
 * What the API server really trusts: the CA bundles in the live webhook configurations, as they were last read.
 *
 * A certificate counts as trusted when every entry of every configuration trusts it. A configuration that does not exist
 * calls nobody and so distrusts nobody: servers can be rolled out before it. One that has not been read yet trusts nothing.
 */
import type { Clock } from "../clock.ts";
import { isTrusted } from "./chain.ts";
import { fingerprintOf, parseCertificates } from "./pem.ts";

/** What one configuration holds. */
interface Observation {
  /** PEM, one for each entry; undefined where the configuration does not exist. */
  readonly bundles: readonly string[] | undefined;
  /** CAs that every entry trusts -> since when, in milliseconds since the epoch. */
  readonly since: ReadonlyMap<string, number>;
}

export class LiveBundles {
  readonly #clock: Clock;
  readonly #configurations: readonly string[];
  readonly #observations = new Map<string, Observation>();
  readonly #listeners = new Set<() => void>();

  /** @param configurations the names of all configurations that matter; what others hold may be told, and changes nothing */
  constructor(configurations: readonly string[], clock: Clock) {
    this.#configurations = configurations;
    this.#clock = clock;
  }

  /** Takes note of what a configuration holds now. */
  observe(configuration: string, bundles: readonly string[] | undefined): void {
    const before = this.#observations.get(configuration);
    if (before !== undefined && JSON.stringify(before.bundles) === JSON.stringify(bundles)) return;
    const now = this.#clock.now();
    const since = new Map(trustedByAll(bundles ?? []).map((ca) => [ca, before?.since.get(ca) ?? now]));
    this.#observations.set(configuration, { bundles, since });
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener when a bundle changed; the function returned ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Whether the API server would accept this certificate (PEM, leaf first) now. */
  trusts(chain: string): boolean {
    return this.#configurations.every((configuration) => {
      const observation = this.#observations.get(configuration);
      if (observation === undefined) return false;
      return (observation.bundles ?? []).every((bundle) => isTrusted(chain, bundle, this.#clock.now()));
    });
  }

  /** Since when all configurations have trusted a CA (SHA-256 fingerprint); undefined where they do not. */
  trustedSince(authority: string): number | undefined {
    let latest = 0;
    for (const configuration of this.#configurations) {
      const observation = this.#observations.get(configuration);
      if (observation === undefined) return undefined;
      if (observation.bundles === undefined) continue;
      const since = observation.since.get(authority);
      if (since === undefined) return undefined;
      latest = Math.max(latest, since);
    }
    return latest;
  }
}

function trustedByAll(bundles: readonly string[]): readonly string[] {
  const [first = [], ...others] = bundles.map((bundle) => parseCertificates(bundle).map(fingerprintOf));
  return first.filter((ca) => others.every((bundle) => bundle.includes(ca)));
}
