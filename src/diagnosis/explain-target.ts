/**
 * What `outrigger explain` is asked about, in kubectl's spelling: `pod/NAME`, `deploy/NAME`, `ns/NAME`. Pure.
 */
import type { ObjectKind } from "../installation/manifest.ts";
import { nearestWord } from "../nearest-word.ts";
import type { Parsed } from "../problem.ts";
import { parsed, unparsable } from "../problem.ts";

export type ExplainTarget = ObjectKind & { readonly name: string };

const kinds: readonly (ObjectKind & { readonly words: readonly string[] })[] = [
  { apiVersion: "v1", kind: "Pod", words: ["pod", "pods", "po"] },
  { apiVersion: "v1", kind: "Namespace", words: ["namespace", "namespaces", "ns"] },
  { apiVersion: "apps/v1", kind: "Deployment", words: ["deployment", "deployments", "deploy"] },
  { apiVersion: "apps/v1", kind: "StatefulSet", words: ["statefulset", "statefulsets", "sts"] },
  { apiVersion: "apps/v1", kind: "DaemonSet", words: ["daemonset", "daemonsets", "ds"] },
  { apiVersion: "batch/v1", kind: "Job", words: ["job", "jobs"] },
  { apiVersion: "batch/v1", kind: "CronJob", words: ["cronjob", "cronjobs", "cj"] },
  { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", words: ["rollout", "rollouts", "ro"] },
];

/** Reads `KIND/NAME`; kubectl's `deployment.apps/web` is understood too. */
export function parseExplainTarget(text: string): Parsed<ExplainTarget> {
  const [, word = "", name] = /^([A-Za-z]+)(?:\.[a-z0-9.-]+)?\/([a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/.exec(text) ?? [];
  if (name === undefined)
    return unparsable(text, "not of the form KIND/NAME", "write e.g. pod/web-0, deploy/web, ns/shop");
  const found = kinds.find(({ words }) => words.includes(word.toLowerCase()));
  if (found !== undefined) return parsed({ apiVersion: found.apiVersion, kind: found.kind, name });
  const words = kinds.flatMap((kind) => kind.words);
  const nearest = nearestWord(word, words);
  const hint =
    nearest === undefined
      ? `one of ${kinds.flatMap((kind) => kind.words[0] ?? []).join(", ")}`
      : `did you mean ${nearest}/${name}?`;
  return unparsable(text, `${word} is no kind that has pods`, hint);
}
