/**
 * Finds out which workload a pod belongs to, from the pod alone: no lookup, since admission must not wait for one.
 *
 * A pod names only the controller right above it. What is above that is told by marks which the controllers leave:
 * the Deployment controller labels pods with the hash that it appends to the ReplicaSet's name, Argo Rollouts does the
 * same under a name of its own, CronJobs append the time of the run to the Job's name, and OpenShift writes the
 * DeploymentConfig's name on the pod.
 */
import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import type { Workload } from "./workload.ts";

/**
 * The workload of a pod; the pod itself where nothing controls it, by its name or what its name will begin with.
 *
 * @param pod a Pod of any shape: what is not as it should be counts as absent
 */
export function describeOwner(pod: unknown): Workload {
  const metadata = objectIn(pod, "metadata");
  const controller = controllerIn(metadata);
  if (controller === undefined) return barePod(metadata);
  const labels = objectIn(metadata, "labels");
  const above = rules.map((rule) => rule(controller, labels, objectIn(metadata, "annotations")));
  return above.find((workload) => workload !== undefined) ?? controller;
}

/** What stands above a controller, if the rule knows. */
type Rule = (controller: Workload, labels: JsonObject, annotations: JsonObject) => Workload | undefined;

const rules: readonly Rule[] = [deploymentAbove, rolloutAbove, cronJobAbove, deploymentConfigAbove];

function deploymentAbove({ apiVersion, kind, name }: Workload, labels: JsonObject): Workload | undefined {
  if (kind !== "ReplicaSet") return undefined;
  const deployment = withoutSuffix(name, `-${textIn(labels, "pod-template-hash")}`);
  return deployment === undefined ? undefined : { apiVersion, kind: "Deployment", name: deployment };
}

function rolloutAbove({ kind, name }: Workload, labels: JsonObject): Workload | undefined {
  if (kind !== "ReplicaSet") return undefined;
  const rollout = withoutSuffix(name, `-${textIn(labels, "rollouts-pod-template-hash")}`);
  return rollout === undefined ? undefined : { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: rollout };
}

function cronJobAbove({ apiVersion, kind, name }: Workload): Workload | undefined {
  if (kind !== "Job") return undefined;
  const [, cronJob, time] = /^(.+)-(\d{8}|\d{10,11})$/.exec(name) ?? [];
  if (cronJob === undefined || time === undefined || !isScheduledTime(time)) return undefined;
  return { apiVersion, kind: "CronJob", name: cronJob };
}

function deploymentConfigAbove(
  { kind, name }: Workload,
  labels: JsonObject,
  annotations: JsonObject,
): Workload | undefined {
  if (kind !== "ReplicationController") return undefined;
  const config = textIn(annotations, "openshift.io/deployment-config.name") || textIn(labels, "deploymentconfig");
  // The ReplicationController is <name>-<number of the deployment>: marks that were copied elsewhere say nothing.
  if (config === "" || !/^-\d+$/.test(name.startsWith(config) ? name.slice(config.length) : "")) return undefined;
  return { apiVersion: "apps.openshift.io/v1", kind: "DeploymentConfig", name: config };
}

/**
 * Whether the number at the end of a Job's name is the time of a CronJob's run: minutes since 1970 (8 digits,
 * Kubernetes >= 1.21) or seconds (10 digits, before). People end the names of their own Jobs with dates, and a date
 * such as 20261124 or 2026112409 is out of the range of either.
 */
function isScheduledTime(digits: string): boolean {
  const time = Number(digits);
  if (digits.length === 8) return time >= 25_000_000;
  return digits.length === 11 || time < 2_000_000_000;
}

function controllerIn(metadata: JsonObject): Workload | undefined {
  const references = metadata["ownerReferences"];
  if (!Array.isArray(references)) return undefined;
  const controller: unknown = references.find(
    (reference) => isJsonObject(reference) && reference["controller"] === true,
  );
  const [apiVersion, kind, name] = ["apiVersion", "kind", "name"].map((key) => textIn(controller, key));
  // A node "controls" the mirrors of its static pods, yet is no workload.
  if (!apiVersion || !kind || !name || kind === "Node") return undefined;
  return { apiVersion, kind, name, ...uidIn(controller) };
}

function barePod(metadata: JsonObject): Workload {
  const name = textIn(metadata, "name") || textIn(metadata, "generateName").replace(/-+$/, "");
  return { apiVersion: "v1", kind: "Pod", name, ...uidIn(metadata) };
}

function withoutSuffix(name: string, suffix: string): string | undefined {
  const shorter = suffix !== "-" && name.endsWith(suffix) ? name.slice(0, -suffix.length) : "";
  return shorter === "" ? undefined : shorter;
}

function uidIn(object: unknown): { readonly uid?: string } {
  const uid = textIn(object, "uid");
  return uid === "" ? {} : { uid };
}

function objectIn(parent: unknown, key: string): JsonObject {
  const value = isJsonObject(parent) ? parent[key] : undefined;
  return isJsonObject(value) ? value : {};
}

/** The text under a key, or the empty text. */
function textIn(parent: unknown, key: string): string {
  const value = isJsonObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
  return typeof value === "string" ? value : "";
}
