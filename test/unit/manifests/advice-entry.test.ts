/**
 * On what the API server asks for advice: the workloads that people write, in the namespaces whose pods are injected.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findPodTemplates } from "../../../src/workloads/pod-templates.ts";
import { advicePath } from "../../../src/webhook/webhook-paths.ts";
import type { WebhookEntry } from "./admission-matching.ts";
import { holdsForWrite } from "./admission-matching.ts";
import { find, render } from "./manifests.ts";

interface Rule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
}

interface AdviceEntry extends WebhookEntry {
  readonly rules: readonly Rule[];
  readonly timeoutSeconds: number;
  readonly sideEffects: string;
  readonly clientConfig: { readonly service: object };
}

const base = render("base");
const entries = find(base, "ValidatingWebhookConfiguration", "outrigger-injector")[
  "webhooks"
] as readonly AdviceEntry[];
const mutating = find(base, "MutatingWebhookConfiguration", "outrigger-injector")["webhooks"] as readonly AdviceEntry[];
const [entry] = entries as [AdviceEntry];

/** Singular of a resource, as the kind is spelt. */
const kinds: Readonly<Record<string, string>> = {
  deployments: "Deployment",
  statefulsets: "StatefulSet",
  daemonsets: "DaemonSet",
  replicasets: "ReplicaSet",
  jobs: "Job",
  cronjobs: "CronJob",
  rollouts: "Rollout",
};

function isAsked(object: object, username = "alice"): boolean {
  return entry.matchConditions.every(({ expression }) => holdsForWrite(expression, object, username));
}

describe("advice is asked for", () => {
  test("by one entry, which holds nobody up", () => {
    assert.equal(entries.length, 1);
    assert.equal(entry.failurePolicy, "Ignore");
    assert.equal(entry.sideEffects, "None");
    assert.ok(entry.timeoutSeconds <= 2);
  });

  test("at the Service that pods are asked about at, under the path that the webhook answers", () => {
    const service = mutating[0]?.clientConfig.service;
    assert.deepEqual(entry.clientConfig.service, { ...service, path: advicePath });
  });

  test("in the namespaces whose pods are asked about", () => {
    const pods = mutating.find(({ name }) => name === "namespace.injection.outrigger.dev");
    assert.deepEqual(entry.namespaceSelector, pods?.namespaceSelector);
  });

  test("of kinds whose templates the webhook finds", () => {
    for (const { apiGroups, apiVersions, resources, operations } of entry.rules) {
      assert.deepEqual(operations, ["CREATE", "UPDATE"]);
      for (const resource of resources) {
        const apiVersion = `${String(apiGroups[0])}/${String(apiVersions[0])}`;
        const spec = { template: {}, jobTemplate: { spec: { template: {} } } };
        const [template] = findPodTemplates({ apiVersion, kind: kinds[resource], metadata: { name: "a" }, spec });
        assert.ok(template !== undefined, resource);
      }
    }
  });
});

describe("advice is asked for only where somebody will read it", () => {
  const owners = (controller?: boolean): object => ({ metadata: { ownerReferences: [{ kind: "X", controller }] } });

  test("by a person, or a tool", () => {
    assert.ok(isAsked({}));
    assert.ok(isAsked({}, "system:serviceaccount:argocd:argocd-application-controller"));
  });

  test("not of what a controller has made", () => {
    assert.ok(!isAsked(owners(true)));
    assert.ok(isAsked(owners(false)));
    assert.ok(isAsked({ metadata: { ownerReferences: [{ kind: "X" }] } }));
  });

  test("not of what is being deleted", () => {
    assert.ok(!isAsked({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }));
  });

  test("not by Kubernetes' own controllers", () => {
    assert.ok(!isAsked({}, "system:kube-controller-manager"));
    assert.ok(!isAsked({}, "system:serviceaccount:kube-system:deployment-controller"));
  });
});
