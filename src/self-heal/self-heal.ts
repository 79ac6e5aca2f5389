/**
 * Restores our webhook configurations when somebody edits or deletes them. Every replica does so; what they do is
 * idempotent, so no leader is needed.
 *
 * An edit is undone at once. A configuration that is gone comes back a few seconds later, and only if this process has
 * seen it before, nobody had switched self-healing off, and Outrigger itself is not being removed.
 */
import type { ConfigurationReference } from "../certificates/webhook-configuration.ts";
import { createConfigurationKeeper } from "./configuration-keeper.ts";
import type { KeeperOptions } from "./keeper-options.ts";
import type { ShippedForm } from "./shipped-forms.ts";
import { shippedForms } from "./shipped-forms.ts";

export interface SelfHealOptions extends KeeperOptions {
  readonly configurations: readonly ConfigurationReference[];
}

export interface SelfHeal {
  start(): void;
  stop(): void;
  /** Looks again: {@link KeeperOptions.mayRefuse} has changed. */
  readonly ring: () => void;
  /** Writes what is right again: the API server does not go by it. */
  readonly refresh: () => void;
  /** Resolves when nothing is under way; what waits for a time does not count. */
  idle(): Promise<void>;
}

/** Needs `get`, `list`, `watch` and `patch` on each configuration, and `create` on their kinds. */
export function createSelfHeal(options: SelfHealOptions): SelfHeal {
  const keepers = options.configurations.map((reference) => {
    let forms: readonly ShippedForm[] | undefined;
    // Reading the manifests takes a few milliseconds, which the start of the process need not wait for.
    return createConfigurationKeeper(options, reference, () => (forms ??= shippedForms(reference)));
  });
  return {
    start: () => {
      for (const keeper of keepers) keeper.start();
    },
    stop: () => {
      for (const keeper of keepers) keeper.stop();
    },
    ring: () => {
      for (const keeper of keepers) keeper.ring();
    },
    refresh: () => {
      for (const keeper of keepers) keeper.refresh();
    },
    idle: async () => {
      await Promise.all(keepers.map((keeper) => keeper.idle()));
    },
  };
}
