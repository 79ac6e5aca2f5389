/**
 * Keeps account of the MeshTLS objects that select a workload which an older one selects too, and tells their writers, by
 * one example however many workloads there are.
 */
import type { MeshTlsRecord } from "./cluster-object.ts";
import type { PodEntry } from "./pod-index.ts";
import type { ProblemBook } from "./problem-book.ts";
import type { Problem } from "../../problem.ts";
import type { NamespacedName } from "./workload.ts";
import { namespacedName } from "./workload.ts";

const selectorCause = "selector";

export class OverruledPolicies {
  /** Policy → pod → the policy that applies to it. */
  readonly #pods = new Map<NamespacedName, Map<NamespacedName, string>>();

  /** @returns the policies to {@link report} */
  replace(pod: NamespacedName, before: PodEntry | undefined, after: PodEntry | undefined): readonly NamespacedName[] {
    const touched = new Set<NamespacedName>();
    for (const policy of before?.tls.overruled ?? []) {
      touched.add(keyOf(policy));
      this.#pods.get(keyOf(policy))?.delete(pod);
    }
    for (const policy of after?.tls.overruled ?? []) {
      const pods = this.#pods.get(keyOf(policy)) ?? new Map<NamespacedName, string>();
      this.#pods.set(keyOf(policy), pods.set(pod, after?.tls.selecting?.name ?? ""));
      touched.add(keyOf(policy));
    }
    return [...touched];
  }

  report(book: ProblemBook, policy: NamespacedName): void {
    const pods = this.#pods.get(policy) ?? new Map<NamespacedName, string>();
    if (pods.size === 0) this.#pods.delete(policy);
    const [first] = [...pods].sort(([one], [other]) => (one < other ? -1 : 1));
    book.set("meshTls", policy, selectorCause, first === undefined ? [] : [overruled(...first, pods.size)]);
  }
}

function overruled(pod: NamespacedName, by: string, pods: number): Problem {
  const others = pods === 1 ? "" : `, as for ${pods - 1} more`;
  return {
    path: "spec.selector",
    message: `the older MeshTLS ${by} applies to the pod ${pod}${others}`,
    hint: "make the selectors differ, or merge the two",
  };
}

function keyOf({ namespace, name }: MeshTlsRecord): NamespacedName {
  return namespacedName(namespace, name);
}
