/** Which pods are gone, from what watches tell. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { readObject, removedObject } from "../../../src/control-plane/kubernetes/read-object.ts";
import type { ObjectChange } from "../../../src/control-plane/model/cluster-object.ts";
import { defaultTranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import type { MeshOfObjects } from "../../../src/serve/mesh-of-objects.ts";
import { createMeshOfObjects } from "../../../src/serve/mesh-of-objects.ts";
import { FakeClock } from "../../fake-clock.ts";
import { captureLogger } from "../../captured-logger.ts";

function pod(name: string, uid: string, more: object = {}): ObjectChange {
  const spec = { containers: [{ name: "app", image: "app:1" }] };
  return readObject("pod", `shop/${name}`, { metadata: { name, namespace: "shop", uid }, spec, ...more });
}

function gone(name: string): ObjectChange {
  return removedObject("pod", `shop/${name}`);
}

describe("a pod is gone", () => {
  let mesh: MeshOfObjects;
  let told: string[];

  beforeEach(() => {
    mesh = createMeshOfObjects({
      settings: { trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] },
      issuer: { certificate: () => undefined, trustBundle: () => "", subscribe: () => () => undefined },
      translation: defaultTranslationSettings,
      clock: new FakeClock(),
      log: captureLogger().log,
      metrics: { faulty: () => undefined },
    });
    told = [];
    mesh.onDeparture((pods) => told.push(...pods.map(({ pod: key, uid }) => `${key} ${uid}`)));
    mesh.take([pod("web-0", "a"), pod("web-1", "b")]);
  });

  test("when it is deleted", () => {
    mesh.take([gone("web-0")]);
    mesh.take([gone("web-0")]);
    assert.deepEqual(told, ["shop/web-0 a"]);
  });

  test("when another has its name, whatever was missed between them", () => {
    mesh.take([pod("web-0", "c")]);
    assert.deepEqual(told, ["shop/web-0 a"]);
  });

  test("when it came and went within a batch", () => {
    mesh.take([gone("web-0"), pod("web-0", "c"), gone("web-0"), pod("web-0", "d")]);
    assert.deepEqual(told, ["shop/web-0 a", "shop/web-0 c"]);
  });

  test("but not when it changes, ends, or has something that nobody understands", () => {
    mesh.take([pod("web-0", "a", { status: { phase: "Succeeded" } })]);
    const problem = { path: "", message: "no pod", hint: "write one" };
    mesh.take([{ kind: "pod", key: "shop/web-1", object: undefined, problems: [problem] }]);
    assert.deepEqual(told, []);
  });
});
