/**
 * Workloads as users write them, each with the pods of {@link podTemplate}.
 */
import type { PodOptions } from "./pods.ts";
import { podTemplate } from "./pods.ts";

/** One replica; its pods carry the label `app` with its name. */
export function deployment(name: string, options: PodOptions = {}): object {
  const spec = { replicas: 1, selector: { matchLabels: { app: name } }, template: podTemplate(name, options) };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}

export function statefulSet(name: string): object {
  const selector = { matchLabels: { app: name } };
  const spec = {
    replicas: 2,
    serviceName: name,
    podManagementPolicy: "Parallel",
    selector,
    template: podTemplate(name),
  };
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name }, spec };
}

/** On every node, whatever its taints: nodes that exist on paper only are never ready. */
export function daemonSet(name: string): object {
  const template = podTemplate(name, { spec: { tolerations: [{ operator: "Exists" }] } });
  const spec = { selector: { matchLabels: { app: name } }, template };
  return { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name }, spec };
}

export function job(name: string): object {
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: { parallelism: 2, ...jobSpec(name) } };
}

/** Due every minute. */
export function cronJob(name: string): object {
  const spec = { schedule: "* * * * *", jobTemplate: { spec: jobSpec(name) } };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata: { name }, spec };
}

function jobSpec(name: string): object {
  return { template: podTemplate(name, { spec: { restartPolicy: "Never" } }) };
}
