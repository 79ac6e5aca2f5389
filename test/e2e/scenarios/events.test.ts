/**
 * Events say what became of a pod where its owner is looked at, and a dry run leaves none.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { eventually } from "../../eventually.ts";
import { eventOf, outriggerEvents } from "../events.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectl, kubectlJson, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { PodOptions } from "../pods.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { createPod, hasSidecar } from "../stored-pod.ts";
import { deployment } from "../workloads.ts";

injectorOfFile({ replicas: 1 });

scenario("events: a dry run shows the injected pod and leaves no Event", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const dryRun = ["-n", namespace, "create", "--dry-run=server", "-f", "-"];
  const pod = await kubectlJson<Pod>(dryRun, { input: plainPod("web") });
  assert.ok(hasSidecar(pod));
  const wrong = plainPod("wrong", { annotations: { "outrigger.dev/interception-mode": "x" } });
  assert.equal((await kubectl(dryRun, { input: wrong })).code, 1);
  await createPod(namespace, plainPod("real"));
  await eventOf(namespace, "Injected");
  // What the dry runs left behind would have been sent before.
  await sleep(200);
  const events = await outriggerEvents(namespace);
  assert.deepEqual(
    events.map(({ reason, regarding }) => `${reason} ${regarding.name}`),
    ["Injected real"],
  );
});

const cases: readonly (readonly [string, PodOptions, string, string, string])[] = [
  [
    "Injected",
    {},
    "Normal",
    "Injected",
    "sidecar injected: the namespace is labelled outrigger.dev/injection: enabled",
  ],
  [
    "InjectionSkipped of a pod on the host network",
    { spec: { hostNetwork: true } },
    "Normal",
    "InjectionSkipped",
    "not injected (host-network): the pod uses the node's network, where capture would redirect the whole node's traffic",
  ],
  [
    "InjectionSkipped of a pod that opts out",
    { labels: { "outrigger.dev/inject": "false" } },
    "Normal",
    "InjectionSkipped",
    'not injected (pod-opt-out): the pod is marked outrigger.dev/inject: "false"',
  ],
  [
    "InjectionFailed of a pod with a wrong annotation",
    { annotations: { "outrigger.dev/drain-seconds": "soon" } },
    "Warning",
    "InjectionFailed",
    'pod refused (invalid-setting): metadata.annotations["outrigger.dev/drain-seconds"]: "soon" is not a whole number in range; write a whole number from 0 to 3600',
  ],
];

for (const [name, options, type, reason, note] of cases) {
  scenario(`events: ${name}, on the ReplicaSet`, async ({ namespaces }) => {
    const namespace = await namespaces.create(injectionEnabled);
    await kubectlOk(["-n", namespace, "create", "-f", "-"], { input: deployment("web", options) });
    const event = await eventOf(namespace, reason);
    assert.deepEqual([event.type, event.note], [type, note]);
    assert.equal(event.regarding.kind, "ReplicaSet");
    await eventually("kubectl describe shows it", async () =>
      (await kubectlOk(["-n", namespace, "describe", "replicaset", event.regarding.name])).includes(reason),
    );
  });
}
