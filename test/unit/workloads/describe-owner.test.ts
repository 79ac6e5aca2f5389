import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeOwner } from "../../../src/workloads/describe-owner.ts";
import type { Workload } from "../../../src/workloads/workload.ts";

interface Case {
  readonly title: string;
  readonly owner: readonly [apiVersion: string, kind: string, name: string];
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly expected: Workload;
}

const uid = "7d9c";
const hash = { "pod-template-hash": "6d4b75cb6d" };
const rolloutHash = { "rollouts-pod-template-hash": "6d4b75cb6d" };

function job(name: string): Workload {
  return { apiVersion: "batch/v1", kind: "Job", name, uid };
}

function cronJob(name: string): Workload {
  return { apiVersion: "batch/v1", kind: "CronJob", name };
}

const cases: readonly Case[] = [
  {
    title: "a Deployment, by the hash that it appends to its ReplicaSets",
    owner: ["apps/v1", "ReplicaSet", "web-6d4b75cb6d"],
    labels: hash,
    expected: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
  },
  {
    title: "a Deployment whose name ends like a hash",
    owner: ["apps/v1", "ReplicaSet", "web-6d4b75cb6d-6d4b75cb6d"],
    labels: hash,
    expected: { apiVersion: "apps/v1", kind: "Deployment", name: "web-6d4b75cb6d" },
  },
  {
    title: "a ReplicaSet that no Deployment made",
    owner: ["apps/v1", "ReplicaSet", "web-6d4b75cb6d"],
    expected: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-6d4b75cb6d", uid },
  },
  {
    title: "a ReplicaSet whose pods carry another hash",
    owner: ["apps/v1", "ReplicaSet", "web"],
    labels: hash,
    expected: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid },
  },
  {
    title: "a ReplicaSet that is named like nothing but the hash",
    owner: ["apps/v1", "ReplicaSet", "-6d4b75cb6d"],
    labels: hash,
    expected: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "-6d4b75cb6d", uid },
  },
  {
    title: "a hash that is no text",
    owner: ["apps/v1", "ReplicaSet", "web-"],
    labels: { "pod-template-hash": 1, "rollouts-pod-template-hash": "" },
    expected: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-", uid },
  },
  {
    title: "an Argo Rollout",
    owner: ["apps/v1", "ReplicaSet", "web-6d4b75cb6d"],
    labels: rolloutHash,
    expected: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "web" },
  },
  {
    title: "a StatefulSet",
    owner: ["apps/v1", "StatefulSet", "db"],
    labels: { "apps.kubernetes.io/pod-index": "0" },
    expected: { apiVersion: "apps/v1", kind: "StatefulSet", name: "db", uid },
  },
  {
    title: "a DaemonSet",
    owner: ["apps/v1", "DaemonSet", "agent"],
    expected: { apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", uid },
  },
  { title: "a Job", owner: ["batch/v1", "Job", "migrate"], expected: job("migrate") },
  {
    title: "a CronJob: minutes since 1970",
    owner: ["batch/v1", "Job", "backup-29927820"],
    expected: cronJob("backup"),
  },
  {
    title: "a CronJob of Kubernetes before 1.21: seconds since 1970",
    owner: ["batch/v1", "Job", "backup-db-1600000000"],
    expected: cronJob("backup-db"),
  },
  { title: "a CronJob: eleven digits", owner: ["batch/v1", "Job", "a-15987654321"], expected: cronJob("a") },
  { title: "a Job named after a day", owner: ["batch/v1", "Job", "backup-20261124"], expected: job("backup-20261124") },
  {
    title: "a Job named after an hour",
    owner: ["batch/v1", "Job", "backup-2026112409"],
    expected: job("backup-2026112409"),
  },
  { title: "a Job with nine digits", owner: ["batch/v1", "Job", "a-299278201"], expected: job("a-299278201") },
  { title: "a Job with seven digits", owner: ["batch/v1", "Job", "a-2992782"], expected: job("a-2992782") },
  { title: "a Job of nothing but digits", owner: ["batch/v1", "Job", "29927820"], expected: job("29927820") },
  {
    title: "an OpenShift DeploymentConfig, by annotation",
    owner: ["v1", "ReplicationController", "web-3"],
    annotations: { "openshift.io/deployment-config.name": "web" },
    expected: { apiVersion: "apps.openshift.io/v1", kind: "DeploymentConfig", name: "web" },
  },
  {
    title: "an OpenShift DeploymentConfig, by label",
    owner: ["v1", "ReplicationController", "web-12"],
    labels: { deploymentconfig: "web" },
    expected: { apiVersion: "apps.openshift.io/v1", kind: "DeploymentConfig", name: "web" },
  },
  {
    title: "a ReplicationController of its own",
    owner: ["v1", "ReplicationController", "web"],
    expected: { apiVersion: "v1", kind: "ReplicationController", name: "web", uid },
  },
  {
    title: "a ReplicationController whose pods carry another's label",
    owner: ["v1", "ReplicationController", "shop-1"],
    labels: { deploymentconfig: "web" },
    expected: { apiVersion: "v1", kind: "ReplicationController", name: "shop-1", uid },
  },
  {
    title: "a controller of a kind that nobody foresaw",
    owner: ["apps.kruise.io/v1alpha1", "CloneSet", "web-29927820"],
    labels: { ...hash, deploymentconfig: "web" },
    expected: { apiVersion: "apps.kruise.io/v1alpha1", kind: "CloneSet", name: "web-29927820", uid },
  },
];

describe("describeOwner", () => {
  for (const { title, owner, labels, annotations, expected } of cases) {
    it(title, () => {
      const [apiVersion, kind, name] = owner;
      const ownerReferences = [
        { apiVersion: "v1", kind: "ConfigMap", name: "for-garbage-collection", uid: "0" },
        { apiVersion, kind, name, uid, controller: true },
      ];
      const metadata = { name: "p-x7k2p", generateName: "p-", ownerReferences, labels, annotations };
      assert.deepEqual(describeOwner({ metadata, spec: { containers: [] } }), expected);
    });
  }
});

describe("describeOwner, of a pod without a controller", () => {
  const bare: readonly (readonly [title: string, pod: unknown, name: string])[] = [
    ["its name", { metadata: { name: "debug" } }, "debug"],
    [
      "its name rather than what it was made from",
      { metadata: { name: "debug-x7k2p", generateName: "debug-" } },
      "debug-x7k2p",
    ],
    ["the beginning of its name", { metadata: { generateName: "debug-" } }, "debug"],
    [
      "an owner that is no controller",
      { metadata: { name: "a", ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "c" }] } },
      "a",
    ],
    [
      "a node, which mirrors it",
      {
        metadata: {
          name: "etcd-node1",
          ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "node1", controller: true }],
        },
      },
      "etcd-node1",
    ],
    [
      "a controller without a name",
      { metadata: { name: "a", ownerReferences: [{ apiVersion: "v1", kind: "Job", controller: true }] } },
      "a",
    ],
    ["owners that are no list", { metadata: { name: "a", ownerReferences: { controller: true } } }, "a"],
    ["owners that are no objects", { metadata: { name: "a", ownerReferences: [null, 1, "Job", []] } }, "a"],
    ["a name that is no text", { metadata: { name: 7 } }, ""],
    ["no metadata", {}, ""],
    ["no pod", null, ""],
  ];
  for (const [title, pod, name] of bare) {
    it(title, () => {
      assert.deepEqual(describeOwner(pod), { apiVersion: "v1", kind: "Pod", name });
    });
  }

  it("its uid, where it has one already", () => {
    assert.equal(describeOwner({ metadata: { name: "a", uid } }).uid, uid);
  });
});
