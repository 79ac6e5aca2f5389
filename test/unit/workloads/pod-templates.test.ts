import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findPodTemplates } from "../../../src/workloads/pod-templates.ts";

const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web" }] } };
const metadata = { name: "web", namespace: "shop" };

const holders: readonly (readonly [apiVersion: string, kind: string, path: readonly string[], rest: object])[] = [
  ["v1", "PodTemplate", ["template"], { template }],
  ["v1", "ReplicationController", ["spec", "template"], { spec: { template } }],
  ["v1", "DeploymentConfig", ["spec", "template"], { spec: { template } }],
  ["apps/v1", "Deployment", ["spec", "template"], { spec: { template } }],
  ["apps/v1beta2", "Deployment", ["spec", "template"], { spec: { template } }],
  ["extensions/v1beta1", "DaemonSet", ["spec", "template"], { spec: { template } }],
  ["apps/v1", "ReplicaSet", ["spec", "template"], { spec: { template } }],
  ["apps/v1", "StatefulSet", ["spec", "template"], { spec: { template } }],
  ["apps/v1", "DaemonSet", ["spec", "template"], { spec: { template } }],
  ["batch/v1", "Job", ["spec", "template"], { spec: { template } }],
  [
    "batch/v1",
    "CronJob",
    ["spec", "jobTemplate", "spec", "template"],
    { spec: { jobTemplate: { spec: { template } } } },
  ],
  ["argoproj.io/v1alpha1", "Rollout", ["spec", "template"], { spec: { template } }],
  ["apps.openshift.io/v1", "DeploymentConfig", ["spec", "template"], { spec: { template } }],
];

describe("findPodTemplates", () => {
  for (const [apiVersion, kind, path, rest] of holders) {
    it(`finds the template of a ${kind} of ${apiVersion}`, () => {
      const found = findPodTemplates({ apiVersion, kind, metadata, ...rest });
      assert.deepEqual(found, [
        { path, pod: template, workload: { apiVersion, kind, name: "web" }, namespace: "shop" },
      ]);
      assert.equal(found[0]?.pod, template);
    });
  }

  it("finds the pod that an object is", () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { generateName: "web-", uid: "u1" }, spec: template.spec };
    const [found, ...rest] = findPodTemplates(pod);
    assert.deepEqual(rest, []);
    assert.equal(found?.pod, pod);
    assert.deepEqual(found.path, []);
    assert.deepEqual(found.workload, { apiVersion: "v1", kind: "Pod", name: "web", uid: "u1" });
    assert.equal(found.namespace, undefined);
  });

  it("finds those of every item of a List, also in Lists", () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template } };
    const inner = { apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "Service" }, deployment] };
    const found = findPodTemplates({ apiVersion: "v1", kind: "List", items: [null, deployment, inner] });
    assert.deepEqual(
      found.map(({ path }) => path.join(".")),
      ["items.1.spec.template", "items.2.items.1.spec.template"],
    );
  });

  it("knows what the items of a typed list are, and hands them out as they are", () => {
    const pod = { metadata: { name: "a" }, spec: template.spec };
    const found = findPodTemplates({ apiVersion: "v1", kind: "PodList", items: [pod] });
    assert.equal(found[0]?.pod, pod);
    assert.deepEqual(found[0].path, ["items", 0]);
    assert.deepEqual(found[0].workload, { apiVersion: "v1", kind: "Pod", name: "a" });
  });

  const nothing: readonly (readonly [title: string, object: unknown])[] = [
    ["null", null],
    ["a list", [{ apiVersion: "v1", kind: "Pod" }]],
    ["a text", "Pod"],
    ["an object without a kind", { apiVersion: "v1", spec: { template } }],
    ["a kind without pods", { apiVersion: "v1", kind: "Service", spec: { template } }],
    [
      "a kind of the same name in another group",
      { apiVersion: "example.com/v1", kind: "Deployment", spec: { template } },
    ],
    [
      "a Rollout that refers to a Deployment",
      { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", spec: { workloadRef: {} } },
    ],
    ["a Deployment without a spec", { apiVersion: "apps/v1", kind: "Deployment", spec: "none" }],
    ["kinds that objects inherit", { apiVersion: "constructor/v1", kind: "toString" }],
    ["a List without items", { apiVersion: "v1", kind: "List" }],
    ["an item of a List without a kind", { apiVersion: "v1", kind: "List", items: [{ spec: template.spec }] }],
  ];
  for (const [title, object] of nothing) {
    it(`finds nothing in ${title}`, () => {
      assert.deepEqual(findPodTemplates(object), []);
    });
  }

  it("leaves it to others to judge what is in place of a template", () => {
    const found = findPodTemplates({ apiVersion: "apps/v1", kind: "Deployment", spec: { template: "oops" } });
    assert.deepEqual(found[0]?.pod, "oops");
  });

  it("does not follow lists without end", () => {
    let list: object = { apiVersion: "v1", kind: "Pod" };
    for (let depth = 0; depth < 50_000; depth += 1) list = { apiVersion: "v1", kind: "List", items: [list] };
    assert.deepEqual(findPodTemplates(list), []);
  });
});
