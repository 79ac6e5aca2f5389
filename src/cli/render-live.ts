/**
 * What `outrigger explain` says about things in a cluster.
 */
import type { LiveExplanation, ReasonCount, StateCounts } from "../diagnosis/explain-live.ts";
import { total } from "../diagnosis/explain-live.ts";
import type { SidecarFinding, SidecarState } from "../diagnosis/inspect-pod.ts";
import { explainReason } from "../injection/reasons.ts";
import { block, outcomeData, renderDecision, renderOutcome } from "./render-outcome.ts";

const stateNames: Readonly<Record<SidecarState, string>> = {
  current: "with an up-to-date sidecar",
  stale: "with a stale sidecar",
  leftover: "with a sidecar that it would not get today",
  missing: "without the sidecar that it should carry",
  refused: "without a sidecar, and would be refused today",
  none: "without a sidecar, as decided",
};

function renderCounts(counts: StateCounts): string {
  const states = Object.entries(counts) as [SidecarState, number][];
  return states.map(([state, count]) => `${count} ${stateNames[state]}`).join(", ");
}

function sidecarFact({ state, status, staleBecause }: SidecarFinding): string {
  const made = status === undefined ? "" : `version ${status.version}, mesh config ${status.config}`;
  switch (state) {
    case "current":
      return `sidecar: there, up to date (${made})`;
    case "stale":
      return `sidecar: there, stale: ${staleBecause.join(", ")}; \`outrigger restart --stale\` brings its workload up to date`;
    case "leftover":
      return `sidecar: there (${made}), and gone as soon as the pod is made anew`;
    case "missing":
      return "sidecar: missing; the pod was made before this was decided, or while the webhook was away; restart its workload";
    case "refused":
      return "sidecar: none; made anew, the pod would be refused";
    case "none":
      return "sidecar: none, as decided";
  }
}

function reasonLine({ result, reason, pods }: ReasonCount): string {
  return `${total(pods)} ${renderDecision({ result, reason })}: ${renderCounts(pods)}`;
}

/** For a terminal. */
export function renderLive(explanation: LiveExplanation): string {
  const { title } = explanation;
  switch (explanation.what) {
    case "pod":
      return renderOutcome(title, explanation.finding.outcome, [sidecarFact(explanation.finding)]);
    case "workload": {
      const counts = renderCounts(explanation.pods);
      return renderOutcome(title, explanation.outcome, [`pods: ${counts === "" ? "none" : counts}`]);
    }
    case "namespace": {
      const { plainPod, reasons } = explanation;
      const count = reasons.reduce((sum, { pods }) => sum + total(pods), 0);
      const head = `${title}\n  a pod that says nothing itself is ${renderDecision(plainPod)}\n`;
      return `${head}${block("warnings", plainPod.warnings)}${block(`pods: ${count}`, reasons.map(reasonLine))}`;
    }
  }
}

function sidecarData({ state, status, staleBecause }: SidecarFinding): object {
  return { state, ...(status && { version: status.version, config: status.config }), staleBecause };
}

/** For scripts. */
export function liveData(explanation: LiveExplanation): object {
  const { title } = explanation;
  switch (explanation.what) {
    case "pod":
      return { ...outcomeData(title, explanation.finding.outcome), sidecar: sidecarData(explanation.finding) };
    case "workload":
      return { ...outcomeData(title, explanation.outcome), pods: explanation.pods };
    case "namespace":
      return {
        namespace: title.replace("Namespace ", ""),
        plainPod: outcomeData(title, explanation.plainPod),
        reasons: explanation.reasons.map((count) => ({ ...count, explanation: explainReason(count.reason) })),
      };
  }
}

/** Whether the API server would refuse what was asked about. */
export function isRefused(explanation: LiveExplanation): boolean {
  switch (explanation.what) {
    case "pod":
      return explanation.finding.outcome.result === "rejected";
    case "workload":
      return explanation.outcome.result === "rejected";
    case "namespace":
      return explanation.plainPod.result === "rejected";
  }
}
