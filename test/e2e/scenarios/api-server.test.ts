/**
 * The API server by itself, without Outrigger: what the other scenarios stand on.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { auditEvents } from "../audit-log.ts";
import { currentCluster } from "../cluster.ts";
import { kubectl, kubectlJson, kubectlOk } from "../kubectl.ts";
import { plainPod, podTemplate } from "../pods.ts";
import { scenario } from "../scenario.ts";

const cluster = currentCluster();
const notOurs = cluster.local === undefined ? "the cluster was not started by scripts/cluster" : undefined;

scenario("API server: a pod that is applied can be read back", async ({ namespaces }) => {
  const namespace = await namespaces.create();
  const applied = await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input: plainPod("web") });
  assert.equal(applied, "pod/web created\n");
  const pod = await kubectlJson<{ spec: { containers: { name: string }[] } }>(["-n", namespace, "get", "pod", "web"]);
  assert.deepEqual(
    pod.spec.containers.map(({ name }) => name),
    ["app"],
  );
});

scenario("API server: a Deployment's pods are made by the controllers", async ({ namespaces }) => {
  const namespace = await namespaces.create();
  const spec = { replicas: 2, selector: { matchLabels: { app: "web" } }, template: podTemplate("web") };
  const input = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
  await kubectlOk(["-n", namespace, "create", "-f", "-"], { input });
  await eventually("two pods", async () => {
    const pods = await kubectlOk(["-n", namespace, "get", "pods", "-l", "app=web", "-o", "name"]);
    return pods.split("\n").length === 3;
  });
});

scenario("API server: kubectl prints why a ValidatingAdmissionPolicy denies a pod", async ({ namespaces, cleanUp }) => {
  const namespace = namespaces.reserve();
  const policy = denyingPolicy(namespace);
  cleanUp(async () => kubectlOk(["delete", "-f", "-", "--ignore-not-found"], { input: policy }));
  await kubectlOk(["create", "-f", "-"], { input: policy });
  await kubectlOk(["create", "namespace", namespace]);
  await kubectlOk(["-n", namespace, "wait", "--for=create", "serviceaccount/default", "--timeout=30s"]);
  const create = async (): Promise<Awaited<ReturnType<typeof kubectl>>> =>
    kubectl(["-n", namespace, "create", "--dry-run=server", "-f", "-"], { input: plainPod("web") });
  // A policy is in force a moment after it was created.
  await eventually("the policy is in force", async () => (await create()).code !== 0);
  const denied = await create();
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /^The pods "web" is invalid: .*ValidatingAdmissionPolicy '.*' .* denied request: no web/);
});

scenario(
  "API server: the audit log tells of a created pod",
  async ({ namespaces }) => {
    const namespace = await namespaces.create();
    await kubectlOk(["-n", namespace, "create", "-f", "-"], { input: plainPod("web") });
    await eventually("the audit event", async () => {
      const events = await auditEvents(cluster.local?.auditLog ?? "", namespace);
      return events.some(({ verb, responseStatus }) => verb === "create" && responseStatus?.code === 201);
    });
  },
  { impossibleBecause: notOurs },
);

/** Denies every pod of one namespace that is called web. */
function denyingPolicy(namespace: string): object {
  const api = "admissionregistration.k8s.io/v1";
  const resourceRules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
  const validations = [{ expression: "object.metadata.name != 'web'", message: "no web" }];
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const policy = { failurePolicy: "Fail", matchConstraints: { resourceRules }, validations };
  const binding = { policyName: namespace, validationActions: ["Deny"], matchResources: { namespaceSelector } };
  const metadata = { name: namespace };
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: api, kind: "ValidatingAdmissionPolicy", metadata, spec: policy },
      { apiVersion: api, kind: "ValidatingAdmissionPolicyBinding", metadata, spec: binding },
    ],
  };
}
