/**
 * Labels and annotations with which a pod or a namespace changes what it gets, seen in the stored pod.
 */
import assert from "node:assert/strict";
import { injectorOfFile } from "../injector-of-file.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { PodOptions } from "../pods.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import {
  bootstrapOf,
  containerNames,
  containerOf,
  createPod,
  hasSidecar,
  proxyArgument,
  variableOf,
} from "../stored-pod.ts";

injectorOfFile({ replicas: 1 });

const optIns: readonly (readonly [string, PodOptions, boolean])[] = [
  ["a label opts a pod of an unlabelled namespace in", { labels: { "outrigger.dev/inject": "true" } }, true],
  ["so does the annotation of the same name", { annotations: { "outrigger.dev/inject": "true" } }, true],
  [
    "the label wins over the annotation",
    { labels: { "outrigger.dev/inject": "false" }, annotations: { "outrigger.dev/inject": "true" } },
    false,
  ],
];
for (const [name, options, injected] of optIns) {
  scenario(`overrides: ${name}`, async ({ namespaces }) => {
    const namespace = await namespaces.create();
    const pod = await createPod(namespace, plainPod("web", options));
    assert.equal(hasSidecar(pod), injected);
  });
}

scenario("overrides: annotations of the proxy's container", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const pod = await createPod(
    namespace,
    annotated({
      "proxy-image": "mirror.example/envoy:v1.40.0-debug",
      "proxy-cpu-limit": "200m",
      "proxy-memory-request": "96Mi",
      "proxy-log-level": "info,upstream:debug",
      "proxy-concurrency": "1",
      "drain-seconds": "12",
    }),
  );
  const proxy = containerOf(pod, "outrigger-proxy");
  assert.equal(proxy.image, "mirror.example/envoy:v1.40.0-debug");
  assert.deepEqual(proxy.resources?.limits, { cpu: "200m", "ephemeral-storage": "128Mi" });
  // What no annotation names keeps its default.
  assert.deepEqual(proxy.resources.requests, { cpu: "50m", memory: "96Mi", "ephemeral-storage": "16Mi" });
  assert.equal(proxyArgument(pod, "--log-level"), "info");
  assert.equal(proxyArgument(pod, "--component-log-level"), "upstream:debug");
  assert.equal(proxyArgument(pod, "--concurrency"), "1");
  assert.equal(proxyArgument(pod, "--drain-time-s"), "12");
});

scenario("overrides: annotations of traffic capture", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const pod = await createPod(
    namespace,
    annotated({
      "exclude-inbound-ports": "9000-9010",
      "exclude-outbound-ports": "3306",
      "include-outbound-cidrs": "10.0.0.0/8",
      "exclude-outbound-cidrs": "10.20.0.0/16",
      "opaque-ports": "7000",
      "access-log": "all",
    }),
  );
  const rules = variableOf(pod, "outrigger-init", "OUTRIGGER_IPTABLES_V4");
  for (const part of ["9000:9010", "3306", "10.0.0.0/8", "10.20.0.0/16"]) assert.ok(rules.includes(part), part);
  const { metadata } = bootstrapOf(pod).node;
  assert.equal(metadata["opaquePorts"], "7000");
  assert.equal(metadata["accessLog"], "all");
});

scenario("overrides: interception-mode none leaves the init container out", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const pod = await createPod(namespace, annotated({ "interception-mode": "none" }));
  assert.deepEqual(containerNames(pod), { init: ["outrigger-proxy"], app: ["app"] });
});

scenario("overrides: native-sidecar false puts the proxy before the application's containers", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  const pod = await createPod(namespace, annotated({ "native-sidecar": "false" }));
  assert.deepEqual(containerNames(pod), { init: ["outrigger-init"], app: ["outrigger-proxy", "app"] });
  assert.ok(containerOf(pod, "outrigger-proxy").lifecycle?.postStart?.exec, "the application is held back");
});

scenario("overrides: a namespace's annotation is a default that the pod's own one beats", async ({ namespaces }) => {
  const annotations = { "outrigger.dev/proxy-concurrency": "4", "outrigger.dev/proxy-log-level": "error" };
  const namespace = await namespaces.create({ ...injectionEnabled, annotations });
  const pod = await createPod(namespace, annotated({ "proxy-log-level": "debug" }));
  assert.equal(proxyArgument(pod, "--concurrency"), "4");
  assert.equal(proxyArgument(pod, "--log-level"), "debug");
});

function annotated(settings: Readonly<Record<string, string>>): object {
  const annotations = Object.fromEntries(Object.entries(settings).map(([key, text]) => [`outrigger.dev/${key}`, text]));
  return plainPod("web", { annotations });
}
