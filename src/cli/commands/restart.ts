/**
 * `outrigger restart --stale`: brings sidecars that were made by another version or from another mesh config up to date.
 */
import { systemClock } from "../../clock.ts";
import { OutriggerError } from "../../errors.ts";
import { clusterOptions, readSeconds, withCluster } from "../cluster.ts";
import type { Command, OptionValues, Terminal } from "../command.ts";
import { optionOf } from "../command.ts";
import type { RestartPlan, StaleWorkload } from "../../restart/plan-restart.ts";
import { describeStale } from "../../restart/plan-restart.ts";

function checkUsage(options: OptionValues): void {
  if (options["stale"] === undefined) {
    throw new OutriggerError("OUTRIGGER_USAGE", "give --stale, the only kind of restart there is");
  }
  if (options["namespace"] !== undefined && options["all-namespaces"] !== undefined) {
    throw new OutriggerError("OUTRIGGER_USAGE", "give either -n or -A");
  }
}

function describePods(stale: StaleWorkload): string {
  return `${describeStale(stale)} (${stale.pods === 1 ? "one pod" : `${stale.pods} pods`})`;
}

function tellPlan({ restart, untouched }: RestartPlan, { out }: Terminal): void {
  if (restart.length === 0 && untouched.length === 0) out("every sidecar is up to date\n");
  for (const stale of restart) out(`${describePods(stale)} to be restarted: ${stale.because}\n`);
  for (const { stale, because } of untouched) {
    out(`${describePods(stale)} left alone: ${because}\n`);
  }
}

export const restart: Command = {
  name: "restart",
  operands: "",
  summary: "Restart workloads whose sidecars are out of date, one at a time; stops at the first that does not come up.",
  options: {
    stale: { help: "those with a sidecar of another version or mesh config than the webhook uses now" },
    namespace: { short: "n", value: "NAME", help: "of this namespace (the context's own)" },
    "all-namespaces": { short: "A", help: "of all namespaces" },
    "dry-run": { help: "tell which, and restart none" },
    timeout: { value: "SECONDS", help: "how long one workload may take to come up (300)" },
    ...clusterOptions,
  },
  run: async ({ options, terminal }) => {
    checkUsage(options);
    const { awaitDepartures } = await import("../../installation/await-departures.ts");
    const { defaultTimes } = await import("../../installation/progress.ts");
    const { readRestart } = await import("../../restart/read-restart.ts");
    const { restartWorkloads } = await import("../../restart/restart-workloads.ts");
    const rolloutMs = readSeconds(options, "timeout") ?? defaultTimes.rolloutMs;
    return withCluster(options, terminal, async ({ api, namespace }) => {
      const tell = (line: string): void => {
        terminal.err(`${line}\n`);
      };
      const undertaking = { api, clock: systemClock, tell, times: { ...defaultTimes, rolloutMs } };
      await awaitDepartures(undertaking);
      const all = options["all-namespaces"] !== undefined;
      const read = await readRestart(api, all ? undefined : (optionOf(options, "namespace") ?? namespace));
      const { plan } = read;
      tellPlan(plan, terminal);
      if (options["dry-run"] !== undefined) return 0;
      await restartWorkloads(undertaking, read, plan.restart);
      return plan.untouched.some(({ obstructed }) => obstructed) ? 1 : 0;
    });
  },
};
