/**
 * What the watchdog tells of naked pods: in the log, in Events and as a count; each pod once, until there is something else
 * to say of it.
 */
import { explainReason } from "../injection/reasons.ts";
import type { Log } from "../observability/logger.ts";
import type { WatchdogMetrics } from "../observability/watchdog-metrics.ts";
import type { EvictionResult } from "./evict-pod.ts";
import type { JudgedPod } from "./judge-naked.ts";
import type { LeftAloneReason } from "./left-alone.ts";
import { leftAloneReasons } from "./left-alone.ts";
import type { NakedPod } from "./naked-pod.ts";

/** Something to be told where people look. */
export interface Finding {
  readonly pod: NakedPod;
  readonly action: "Report" | "Evict";
  /** Without anything that differs from pod to pod of one controller. */
  readonly message: string;
}

export interface FindingLogOptions {
  readonly log: Log;
  readonly metrics: Pick<WatchdogMetrics, "attempt" | "reported">;
  readonly onFinding: (finding: Finding) => void;
}

/** These pass by themselves. */
const passing: readonly (LeftAloneReason | undefined)[] = ["too-young", "siblings-not-ready"];

export class FindingLog {
  readonly #options: FindingLogOptions;
  /** Uid -> what was last told of the pod. */
  #told: ReadonlyMap<string, string> = new Map();
  #silent = false;
  #forbidden = false;

  constructor(options: FindingLogOptions) {
    this.#options = options;
  }

  /**
   * Tells of pods that nothing was told of yet.
   *
   * @param evicts whether those that are not left alone will be evicted, and told of then
   */
  tell(judged: readonly JudgedPod[], evicts: boolean): void {
    const told = new Map<string, string>();
    for (const { pod, leftAlone } of judged) {
      const before = this.#told.get(pod.uid);
      const news = leftAlone ?? (evicts ? undefined : "reported");
      if (news !== undefined && news !== before && !passing.includes(leftAlone)) this.#report(pod, leftAlone);
      // Forgotten once the pod is gone.
      const last = passing.includes(leftAlone) ? before : news;
      if (last !== undefined) told.set(pod.uid, last);
    }
    this.#told = told;
  }

  evicted(pod: NakedPod, result: EvictionResult): void {
    const { log, metrics, onFinding } = this.#options;
    metrics.attempt(result);
    this.#silent = false;
    if (result === "evicted") {
      log.warn({ ...nameOf(pod), reason: pod.reason }, "pod without its sidecar evicted");
      onFinding({
        pod,
        action: "Evict",
        message: `a pod without its sidecar was evicted: ${explainReason(pod.reason)}`,
      });
    } else if (result === "forbidden" && !this.#forbidden) {
      this.#forbidden = true;
      log.error(
        { hint: "apply the component manifests/components/watchdog" },
        "the watchdog has no right to evict pods",
      );
    } else if (result !== "forbidden") log.info({ ...nameOf(pod), result }, "pod without its sidecar not evicted");
  }

  /** Told once, until pods can be evicted again. */
  webhookSilent(): void {
    if (this.#silent) return;
    this.#silent = true;
    this.#options.log.warn({}, "no pod is evicted: the pod that was tried did not come back with its sidecar");
  }

  #report(pod: NakedPod, leftAlone: LeftAloneReason | undefined): void {
    const { log, metrics, onFinding } = this.#options;
    metrics.reported();
    log.warn({ ...nameOf(pod), reason: pod.reason, leftAlone }, "pod without its sidecar");
    const why = leftAlone === undefined ? "" : `; left alone: ${leftAloneReasons[leftAlone]}`;
    const message = `a pod came without its sidecar: ${explainReason(pod.reason)}${why}`;
    onFinding({ pod, action: "Report", message });
  }
}

function nameOf({ namespace, name, controller }: NakedPod): object {
  return {
    namespace,
    pod: name,
    controller: controller === undefined ? undefined : `${controller.kind}/${controller.name}`,
  };
}
