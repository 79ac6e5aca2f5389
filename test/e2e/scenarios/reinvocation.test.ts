/**
 * Other mutating webhooks beside ours: what they add is treated like everything else in the pod, and what they or the
 * user want of our own containers stays so when the API server asks us once more.
 */
import assert from "node:assert/strict";
import type { Operation } from "fast-json-patch";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { OtherWebhook } from "../other-webhook.ts";
import { startOtherWebhook } from "../other-webhook.ts";
import { plainPod } from "../pods.ts";
import type { ScenarioContext } from "../scenario.ts";
import { scenario } from "../scenario.ts";
import { bootstrapOf, containerNames, containerOf, createPod, hasSidecar } from "../stored-pod.ts";

const injector = injectorOfFile();

const agent = {
  name: "agent",
  image: "registry.example/agent:1.0",
  ports: [{ containerPort: 9000 }],
  readinessProbe: { httpGet: { path: "/ready", port: 9000 }, periodSeconds: 7 },
};

/** Adds a container with a probe, once. */
function addAgent({ spec }: Pod): readonly Operation[] {
  return spec.containers.some(({ name }) => name === agent.name)
    ? []
    : [{ op: "add", path: "/spec/containers/-", value: agent }];
}

/** Sends every image to a mirror, ours included, as registry mirrors do. */
function mirrorImages({ spec }: Pod): readonly Operation[] {
  return (["initContainers", "containers"] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ image = "" }, index): readonly Operation[] =>
      image.startsWith("mirror.example/")
        ? []
        : [{ op: "replace", path: `/spec/${list}/${index}/image`, value: `mirror.example/${image}` }],
    ),
  );
}

async function withWebhook(
  { namespaces, cleanUp }: ScenarioContext,
  name: string,
  change: (pod: Pod) => readonly Operation[],
): Promise<{ readonly namespace: string; readonly other: OtherWebhook }> {
  const namespace = await namespaces.create(injectionEnabled);
  const other = await startOtherWebhook({ name, namespace, change });
  cleanUp(other.stop);
  return { namespace, other };
}

/**
 * Our replicas were asked twice about the namespace's pod, apart from dry runs. They log in the background. (Without
 * another webhook they are, too: the API server itself mounts the service account's token into our containers.)
 */
async function assertAskedAgain(namespace: string): Promise<void> {
  const asked = (): number => {
    const lines = injector().logs().split("\n");
    return lines.filter((line) => line.includes(`"namespace":"${namespace}"`) && line.includes('"dryRun":false'))
      .length;
  };
  await eventually("two admissions are logged", () => asked() >= 2);
  assert.equal(asked(), 2);
}

const probed = {
  containers: [
    {
      name: "app",
      image: "registry.example/app:1.0",
      ports: [{ name: "http", containerPort: 8080 }],
      livenessProbe: { httpGet: { path: "/live", port: "http" }, periodSeconds: 3 },
    },
  ],
};

for (const [name, where] of [
  ["aa-before", "before ours"],
  ["zz-after", "after ours, so that ours is asked again"],
] as const) {
  scenario(`re-invocation: a webhook ${where}, adds a container with a probe`, async (context) => {
    const { namespace, other } = await withWebhook(context, name, addAgent);
    const pod = await createPod(namespace, plainPod("web", { spec: probed }));
    assert.equal(other.calls(), 1);
    await assertAskedAgain(namespace);
    assert.ok(hasSidecar(pod));
    assert.deepEqual(containerNames(pod), { init: ["outrigger-proxy", "outrigger-init"], app: ["app", "agent"] });
    const { readinessProbe } = containerOf(pod, "agent");
    assert.deepEqual(readinessProbe?.httpGet, { path: "/app-health/agent/readyz", port: 15020, scheme: "HTTP" });
    assert.equal(readinessProbe.periodSeconds, 7);
    const { livenessProbe } = containerOf(pod, "app");
    assert.deepEqual(livenessProbe?.httpGet, { path: "/app-health/app/livez", port: 15020, scheme: "HTTP" });
    const bootstrap = JSON.stringify(bootstrapOf(pod));
    for (const path of ["/app-health/agent/readyz", "/app-health/app/livez"]) {
      assert.equal(bootstrap.split(`"${path}"`).length, 2, `one route ${path}`);
    }
  });
}

scenario("re-invocation: what the user declares of the proxy's container stays so", async (context) => {
  const declared = {
    name: "outrigger-proxy",
    image: "auto",
    env: [{ name: "TZ", value: "UTC" }],
    resources: { requests: { cpu: "123m" } },
    securityContext: { runAsUser: 1234 },
    args: ["--config-path", "/etc/envoy/mine.yaml"],
  };
  const { namespace } = await withWebhook(context, "zz-after", addAgent);
  const spec = { ...probed, initContainers: [{ ...declared, restartPolicy: "Always" }] };
  const pod = await createPod(namespace, plainPod("web", { spec }));
  await assertAskedAgain(namespace);
  assert.deepEqual(containerNames(pod), { init: ["outrigger-proxy", "outrigger-init"], app: ["app", "agent"] });
  const proxy = containerOf(pod, "outrigger-proxy");
  assert.equal(proxy.image, "docker.io/envoyproxy/envoy:distroless-v1.40.0", "auto stands for ours");
  assert.deepEqual(proxy.args, declared.args);
  assert.equal(proxy.securityContext?.runAsUser, 1234);
  assert.equal(proxy.securityContext.readOnlyRootFilesystem, true);
  const { cpu, memory } = proxy.resources?.requests ?? {};
  assert.deepEqual({ cpu, memory }, { cpu: "123m", memory: "64Mi" });
  const env = proxy.env ?? [];
  assert.deepEqual(
    env.filter(({ name }) => name === "TZ"),
    declared.env,
  );
  assert.ok(env.some(({ name }) => name === "POD_NAME"));
});

scenario("re-invocation: a webhook that sends images to a mirror keeps its say", async (context) => {
  const { namespace } = await withWebhook(context, "zz-after", mirrorImages);
  const pod = await createPod(namespace, plainPod("web"));
  await assertAskedAgain(namespace);
  assert.ok(hasSidecar(pod));
  for (const name of ["outrigger-proxy", "outrigger-init", "app"]) {
    assert.match(containerOf(pod, name).image ?? "", /^mirror\.example\//);
  }
});
