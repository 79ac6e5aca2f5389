/**
 * Whether the pods that run are those that the webhook would let through today. Pure.
 */
import type { Attempt } from "../attempt.ts";
import type { Check } from "../check.ts";
import { ok, warning } from "../check.ts";
import type { PodSurvey, WorkloadTally } from "../survey-pods.ts";

const group = "pods";
const missing = { group, name: "sidecars-missing" };
const stale = { group, name: "sidecars-stale" };
const refused = { group, name: "pods-refused" };
const misspelt = { group, name: "pod-keys" };

function total(tallies: readonly WorkloadTally[]): number {
  return tallies.reduce((sum, { pods }) => sum + pods, 0);
}

function count(pods: number): string {
  return pods === 1 ? "one pod" : `${pods} pods`;
}

function lines(tallies: readonly WorkloadTally[]): readonly string[] {
  return tallies.map(({ workload, pods, because }) => `${workload} (${count(pods)}): ${because}`);
}

function checkMissing({ missing: tallies, withSidecar, pods }: PodSurvey): Check {
  if (tallies.length === 0)
    return ok(missing, `every pod that should carry a sidecar does (${withSidecar} of ${pods})`);
  const one = total(tallies) === 1;
  const message = `${count(total(tallies))} should carry a sidecar and ${one ? "does" : "do"} not`;
  const fix =
    "they were made before their namespace was labelled, or while the webhook was away: `kubectl rollout restart` their workloads";
  return warning(missing, message, fix, lines(tallies));
}

function checkStale({ stale: tallies, withSidecar }: PodSurvey): Check {
  if (tallies.length === 0)
    return ok(stale, withSidecar === 0 ? "no pod carries a sidecar" : "every sidecar is up to date");
  const message = `${count(total(tallies))} of ${withSidecar} with a sidecar have one of an older version or mesh config`;
  return warning(
    stale,
    message,
    "`outrigger restart --stale -A` makes them anew, workload by workload",
    lines(tallies),
  );
}

function checkRefused({ refused: tallies }: PodSurvey): readonly Check[] {
  if (tallies.length === 0) return [];
  const message = `${count(total(tallies))} would be refused if made anew`;
  return [warning(refused, message, "correct the labels and annotations that are named", lines(tallies))];
}

function checkMisspelt({ misspelt: tallies }: PodSurvey): readonly Check[] {
  if (tallies.length === 0) return [];
  const message = "labels or annotations of pods look like Outrigger's and have no effect";
  return [warning(misspelt, message, "correct their spelling in the pod template, or remove them", lines(tallies))];
}

/** All of them. */
export function checkPods(survey: Attempt<PodSurvey>): readonly Check[] {
  if (survey.state !== "known") {
    const why = survey.state === "unknown" ? survey.why : "there are none";
    return [
      warning(missing, `the pods could not be looked at: ${why}`, "see the checks above; run as an administrator"),
    ];
  }
  const { value } = survey;
  return [checkMissing(value), checkStale(value), ...checkRefused(value), ...checkMisspelt(value)];
}
