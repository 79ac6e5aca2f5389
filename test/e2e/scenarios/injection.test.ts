/**
 * The main job: label a namespace, create a pod, get the sidecar.
 */
import assert from "node:assert/strict";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectlJson, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { bootstrapOf, containerNames, containerOf, createPod, hasSidecar, variableOf } from "../stored-pod.ts";

injectorOfFile({ replicas: 1 });

scenario("injection: a pod of a labelled namespace gets its sidecar, one created before does not", async (context) => {
  const namespace = await context.namespaces.create();
  const before = await createPod(namespace, plainPod("before"));
  assert.deepEqual(containerNames(before), { init: [], app: ["app"] });
  await kubectlOk(["label", "namespace", namespace, "outrigger.dev/injection=enabled"]);
  const created = await kubectlOk(["-n", namespace, "create", "-f", "-"], { input: plainPod("web") });
  assert.equal(created, "pod/web created\n");
  const pod = await kubectlJson<Pod>(["-n", namespace, "get", "pod", "web"]);
  assert.ok(hasSidecar(pod));
  assert.deepEqual(containerNames(pod), { init: ["outrigger-proxy", "outrigger-init"], app: ["app"] });
  assert.equal(pod.metadata?.annotations?.["kubectl.kubernetes.io/default-container"], "app");
  assert.equal(bootstrapOf(pod).node.cluster, "web");
});

scenario("injection: the application's part of the pod stays as it was", async ({ namespaces }) => {
  const plain = await namespaces.create();
  const labelled = await namespaces.create(injectionEnabled);
  const pod = plainPod("web", { spec: applicationSpec });
  const untouched = await createPod(plain, pod);
  const injected = await createPod(labelled, pod);
  const expected = withoutTokenName(untouched.spec);
  const { initContainers = [], ...spec } = injected.spec;
  const application = initContainers.filter(({ name }) => !name.startsWith("outrigger-"));
  assert.deepEqual(withoutTokenName({ ...spec, initContainers: application }), expected);
  assert.deepEqual(containerNames(injected).init, ["outrigger-proxy", "outrigger-init", "migrate"]);
});

scenario("injection: the proxy is a native sidecar that starts before the user's init containers", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  const pod = await createPod(namespace, plainPod("web", { spec: applicationSpec }));
  const proxy = containerOf(pod, "outrigger-proxy");
  assert.equal(proxy.restartPolicy, "Always");
  assert.equal(variableOf(pod, "outrigger-init", "OUTRIGGER_WAIT_FOR"), "http://127.0.0.1:15000/ready");
});

/** Fields of many kinds, some of which the injector does not know. */
const applicationSpec = {
  initContainers: [{ name: "migrate", image: "registry.example/migrate:1.0", command: ["migrate", "--all"] }],
  terminationGracePeriodSeconds: 17,
  hostAliases: [{ ip: "192.0.2.7", hostnames: ["legacy"] }],
  dnsConfig: { options: [{ name: "ndots", value: "2" }] },
  volumes: [{ name: "cache", emptyDir: { sizeLimit: "1Gi" } }],
};

/** The name of the token's volume is random. */
function withoutTokenName(spec: object): unknown {
  return JSON.parse(JSON.stringify(spec).replaceAll(/kube-api-access-[a-z0-9]{5}/g, "kube-api-access"));
}
