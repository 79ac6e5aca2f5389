/**
 * Whether this process should get requests: a list of named conditions, all of which must hold, and a switch that says
 * no at once when the process is to stop.
 */

/** One thing that must hold. */
export interface ReadinessCondition {
  /** e.g. `certificate`, `namespaces`. */
  readonly name: string;
  /** Why it does not hold, as a sentence without its full stop; undefined where it does. Cheap: asked on every probe. */
  readonly unmet: () => string | undefined;
  /** Only told: unmet, it makes nobody unready. */
  readonly informational?: boolean;
}

export interface ReadinessReport {
  readonly ready: boolean;
  /** Each condition with the reason why it does not hold; undefined where it does. */
  readonly conditions: readonly {
    readonly name: string;
    readonly unmet: string | undefined;
    readonly informational?: boolean | undefined;
  }[];
}

export interface Readiness {
  report(): ReadinessReport;
  /** From now on not ready, whatever the conditions say. */
  stop(): void;
}

/** Watches over the conditions; one that throws counts as unmet. */
export function createReadiness(conditions: readonly ReadinessCondition[]): Readiness {
  let stopping = false;
  return {
    report: () => {
      const reported = [
        { name: "running", unmet: stopping ? "the process is stopping" : undefined, informational: false },
        ...conditions.map(({ name, unmet, informational }) => ({ name, unmet: ask(unmet), informational })),
      ];
      const ready = reported.every(({ unmet, informational }) => unmet === undefined || informational === true);
      return { ready, conditions: reported };
    },
    stop: () => {
      stopping = true;
    },
  };
}

function ask(unmet: ReadinessCondition["unmet"]): string | undefined {
  try {
    return unmet();
  } catch (error) {
    return `the check itself failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
