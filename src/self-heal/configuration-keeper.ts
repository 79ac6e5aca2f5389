/**
 * Keeps one webhook configuration: looks at it whenever it changes, and restores what is to be restored.
 */
import type { ConfigurationReference, WebhookConfiguration } from "../certificates/webhook-configuration.ts";
import { configurationsPath, keyOfConfiguration } from "../certificates/webhook-configuration.ts";
import { selfHealAnnotation } from "../installation/names.ts";
import { isConflict } from "../kubernetes/api.ts";
import type { ListWatch } from "../kubernetes/list-watch.ts";
import { createListWatch } from "../kubernetes/list-watch.ts";
import type { ReconcileLoop } from "../kubernetes/reconcile-loop.ts";
import { createLoggedLoop } from "../kubernetes/logged-loop.ts";
import type { KeeperOptions, KeeperTimings, Restoration } from "./keeper-options.ts";
import { defaultKeeperTimings } from "./keeper-options.ts";
import { createAnew, readConfiguration, restoreInPlace, touch } from "./live-configuration.ts";
import { defaultRestoreLimits, RestoreBudget } from "./restore-budget.ts";
import type { RestorePlan } from "./restore-configuration.ts";
import { isSwitchedOff, planRestoration } from "./restore-configuration.ts";
import type { ShippedForm } from "./shipped-forms.ts";

export interface ConfigurationKeeper {
  start(): void;
  stop(): void;
  readonly ring: () => void;
  /** Writes it again, should it be right: the API server does not go by what it says. */
  readonly refresh: () => void;
  idle(): Promise<void>;
}

/** A keeper; it does nothing before `start()`. */
export function createConfigurationKeeper(
  options: KeeperOptions,
  reference: ConfigurationReference,
  forms: () => readonly ShippedForm[],
): ConfigurationKeeper {
  return new Keeper(options, reference, forms);
}

const messages = {
  failed: "webhook configuration not looked after",
  recovered: "webhook configuration looked after again",
};

class Keeper implements ConfigurationKeeper {
  readonly #options: KeeperOptions;
  readonly #timings: KeeperTimings;
  readonly #reference: ConfigurationReference;
  readonly #forms: () => readonly ShippedForm[];
  readonly #budget: RestoreBudget;
  readonly #loop: ReconcileLoop;
  /** Only tells that something changed: what it saw may be older than what was written since, so the loop reads for itself. */
  readonly #watch: ListWatch<boolean>;
  /** As it was when it was last well; undefined where it is not to come back. */
  #last: WebhookConfiguration | undefined;
  /** By the watch: who switches it off in order to delete it may be faster than our reading. */
  #switchedOff = false;
  /** Since when it is gone, in milliseconds since the epoch. */
  #goneSince: number | undefined;
  #told: string | undefined;
  #distrusted = false;

  constructor(options: KeeperOptions, reference: ConfigurationReference, forms: () => readonly ShippedForm[]) {
    const { api, clock, random, log, watchTimings } = options;
    this.#options = options;
    this.#timings = { ...defaultKeeperTimings, ...options.timings };
    this.#reference = reference;
    this.#forms = forms;
    this.#budget = new RestoreBudget(options.limits ?? defaultRestoreLimits);
    this.#loop = createLoggedLoop({
      run: () => this.#run(),
      clock,
      random,
      log,
      messages,
      fields: { configuration: keyOfConfiguration(reference) },
    });
    this.#watch = createListWatch({
      api,
      clock,
      random,
      log,
      path: configurationsPath(reference),
      fieldSelector: `metadata.name=${reference.name}`,
      metadataOnly: true,
      reduce: ({ metadata }) => metadata?.annotations?.[selfHealAnnotation] === "false",
      onChange: (_name, switchedOff) => {
        if (switchedOff !== undefined) this.#switchedOff = switchedOff;
        this.#loop.ring();
      },
      ...(watchTimings !== undefined && { timings: watchTimings }),
    });
  }

  start(): void {
    this.#loop.ring();
    this.#watch.start();
  }

  stop(): void {
    this.#loop.stop();
    this.#watch.stop();
  }

  readonly ring = (): void => {
    this.#loop.ring();
  };

  readonly refresh = (): void => {
    this.#distrusted = true;
    this.#loop.ring();
  };

  async idle(): Promise<void> {
    await this.#loop.idle();
  }

  /** @returns after how many milliseconds to look again */
  async #run(): Promise<number> {
    try {
      const live = await readConfiguration(this.#options.api, this.#reference);
      return live === undefined ? await this.#restoreDeleted() : await this.#restoreEdited(live);
    } catch (error) {
      // Another replica, or whoever edits, was faster: look at what it has become.
      if (isConflict(error)) return 0;
      throw error;
    }
  }

  async #restoreEdited(live: WebhookConfiguration): Promise<number> {
    this.#goneSince = undefined;
    const plan = this.#plan(live);
    this.#tell(plan);
    const { api, clock } = this.#options;
    const distrusted = this.#distrusted;
    this.#distrusted = false;
    if (plan.action === "leave") this.#last = isSwitchedOff(live) ? undefined : live;
    if (plan.action === "leave" && (plan.because !== "as-shipped" || !distrusted)) return this.#timings.pollMs;
    const waitMs = this.#budget.waitMs(clock.now());
    if (waitMs > 0) return waitMs;
    const configuration =
      plan.action === "leave"
        ? await touch(api, this.#reference, live, clock.now())
        : await restoreInPlace(api, this.#reference, live, plan);
    this.#last = configuration;
    this.#restored({
      reference: this.#reference,
      configuration,
      ...(plan.action === "leave" ? { cause: "distrusted", changes: [] } : { cause: "edited", changes: plan.changes }),
    });
    return this.#timings.pollMs;
  }

  async #restoreDeleted(): Promise<number> {
    const { api, clock, log, isBeingRemoved } = this.#options;
    const { pollMs, graceMs } = this.#timings;
    if (this.#last === undefined || this.#switchedOff) return pollMs;
    const now = clock.now();
    this.#goneSince ??= now;
    const waitMs = Math.max(this.#goneSince + graceMs - now, this.#budget.waitMs(now));
    if (waitMs > 0) return waitMs;
    if (await isBeingRemoved()) {
      log.info(
        { configuration: keyOfConfiguration(this.#reference) },
        "webhook configuration gone with the rest: not restored",
      );
      this.#last = undefined;
      return pollMs;
    }
    const configuration = await createAnew(api, this.#reference, this.#last, this.#plan(this.#last));
    this.#restored({ reference: this.#reference, configuration, cause: "deleted", changes: [] });
    return pollMs;
  }

  #plan(live: WebhookConfiguration): RestorePlan {
    const { version, mayRefuse } = this.#options;
    return planRestoration({ live, before: this.#last, forms: this.#forms(), version, mayRefuse: mayRefuse() });
  }

  #restored(restoration: Restoration): void {
    const { cause, changes } = restoration;
    this.#goneSince = undefined;
    this.#budget.spend(this.#options.clock.now());
    this.#options.log.warn(
      { configuration: keyOfConfiguration(this.#reference), cause, changes },
      "webhook configuration restored",
    );
    this.#options.onRestored(restoration);
  }

  /** Why it is left alone, told once and whenever that changes. */
  #tell(plan: RestorePlan): void {
    const because = plan.action === "leave" ? plan.because : "as-shipped";
    if (because !== (this.#told ?? "as-shipped")) {
      this.#options.log.info(
        { configuration: keyOfConfiguration(this.#reference), because },
        "webhook configuration left to others",
      );
    }
    this.#told = because;
  }
}
