/**
 * What is allowed and will not work as the pod's author expects.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { appPod, inject, podWith } from "../../injected-pods.ts";

const asUser = "container app runs as user 1337, which is the proxy's: its outbound traffic is not captured";
const asGroup = "container app runs as group 1337, which is the proxy's: its outbound traffic is not captured";

suite("the proxy's user or group", () => {
  for (const [name, own, ofPod, expected] of [
    ["user of the container", { runAsUser: 1337 }, undefined, [asUser]],
    ["user of the pod", undefined, { runAsUser: 1337 }, [asUser]],
    ["user of the pod, another of the container", { runAsUser: 1 }, { runAsUser: 1337 }, []],
    ["group of the container", { runAsGroup: 1337 }, undefined, [asGroup]],
    ["group of the pod", { runAsUser: 1 }, { runAsGroup: 1337 }, [asGroup]],
    ["group of the pod, another of the container", { runAsGroup: 1 }, { runAsGroup: 1337 }, []],
    ["both", { runAsUser: 1337, runAsGroup: 1337 }, undefined, [asUser]],
    ["neither", { runAsUser: 1000 }, { runAsGroup: 1000 }, []],
    ["null", { runAsUser: null }, { runAsUser: null }, []],
  ] as const) {
    test(name, () => {
      const pod = own === undefined ? podWith() : appPod({ securityContext: own });
      const spec = ofPod === undefined ? pod.spec : { ...pod.spec, securityContext: ofPod };
      assert.deepEqual(inject({ ...pod, spec }).warnings, expected);
    });
  }

  test("of an init container, too", () => {
    const initContainers = [{ name: "migrate", image: "m", securityContext: { runAsUser: 1337 } }];
    assert.equal(inject(podWith({}, { initContainers })).warnings.length, 1);
  });
});

suite("a port that the proxy listens on", () => {
  for (const port of [15_000, 15_001, 15_006, 15_020, 15_021, 15_090]) {
    test(String(port), () => {
      assert.deepEqual(inject(appPod({ ports: [{ containerPort: port }] })).warnings, [
        `container app declares port ${port}, which the proxy listens on`,
      ]);
    });
  }

  test("but not of UDP, and no other", () => {
    const ports = [{ containerPort: 15_001, protocol: "UDP" }, { containerPort: 15_002 }];
    assert.deepEqual(inject(appPod({ ports })).warnings, []);
  });
});

test("on a second pass our own containers are not the application", () => {
  assert.deepEqual(inject(inject(podWith()).pod).warnings, []);
});
