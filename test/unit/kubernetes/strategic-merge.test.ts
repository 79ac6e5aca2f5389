import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mergeContainer, mergePod } from "../../../src/kubernetes/strategic-merge.ts";
import type { Parsed } from "../../../src/problem.ts";

function value<T>(result: Parsed<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function problemsOf(base: object, patch: unknown): readonly string[] {
  const result = mergePod(base, patch);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

const pod = {
  metadata: { name: "p", labels: { a: "1" } },
  spec: {
    containers: [
      { name: "app", image: "app:1", env: [{ name: "A", value: "1" }] },
      { name: "log", image: "log:1" },
    ],
    volumes: [{ name: "v", emptyDir: {} }],
  },
};

describe("what a merge leaves alone", () => {
  it("is in the result by reference", () => {
    const merged = value(mergePod(pod, { spec: { containers: [{ name: "log", image: "log:2" }] } }));
    assert.notEqual(merged, pod);
    assert.equal(merged.metadata, pod.metadata);
    assert.equal(merged.spec.volumes, pod.spec.volumes);
    assert.equal(merged.spec.containers[0], pod.spec.containers[0]);
    assert.deepEqual(merged.spec.containers[1], { name: "log", image: "log:2" });
  });

  it("is everything, where the patch says what is there already", () => {
    const same = { metadata: { labels: { a: "1" } }, spec: { containers: [{ name: "app", image: "app:1" }] } };
    assert.equal(value(mergePod(pod, same)), pod);
    assert.equal(value(mergePod(pod, { spec: { volumes: [], missing: null } })), pod);
  });

  it("keeps the order of keys, and puts new ones last", () => {
    const merged = value(mergePod({ b: 1, a: 1, c: { z: 1 } }, { d: 1, a: 2 }));
    assert.equal(JSON.stringify(merged), '{"b":1,"a":2,"c":{"z":1},"d":1}');
  });

  it("includes items of the pod that Kubernetes itself would refuse", () => {
    const odd = { spec: { containers: [1, { image: "nameless" }, { name: "app" }] } };
    const merged = value(mergePod(odd, { spec: { containers: [{ name: "app", image: "app:2" }] } }));
    assert.deepEqual(merged, { spec: { containers: [1, { image: "nameless" }, { name: "app", image: "app:2" }] } });
  });
});

describe("where Kubernetes is less kind", () => {
  it("merges fields that this version does not know", () => {
    const merged = value(
      mergePod({ spec: { future: { a: 1, list: [1] } } }, { spec: { future: { b: 2, list: [2] } } }),
    );
    assert.deepEqual(merged, { spec: { future: { a: 1, list: [2], b: 2 } } });
  });

  it("accepts $patch: merge as what happens anyway", () => {
    const patch = { $patch: "merge", spec: { containers: [{ name: "log", $patch: "merge", image: "log:2" }] } };
    assert.deepEqual(value(mergePod(pod, patch)).spec.containers[1], { name: "log", image: "log:2" });
  });

  it("takes the content of $patch: replace where there is nothing to replace", () => {
    assert.deepEqual(value(mergePod({}, { spec: { $patch: "replace", hostNetwork: true } })), {
      spec: { hostNetwork: true },
    });
  });

  it("leaves no null and no directive in what is new", () => {
    const patch = {
      spec: {
        containers: [{ name: "new", command: null, $retainKeys: ["name", "env"], env: [{ name: "A", value: null }] }],
        tolerations: [{ key: "a", value: null }],
      },
    };
    assert.deepEqual(value(mergePod({ spec: { containers: [], tolerations: [] } }, patch)), {
      spec: { containers: [{ name: "new", env: [{ name: "A" }] }], tolerations: [{ key: "a" }] },
    });
  });

  it("takes __proto__ for a key like any other", () => {
    const patch = JSON.parse('{"metadata": {"labels": {"__proto__": "x", "constructor": "y"}}}') as object;
    const merged = value(mergePod({ metadata: { labels: {} } }, patch));
    assert.equal(JSON.stringify(merged), JSON.stringify(patch));
    assert.equal(({} as Record<string, unknown>)["x"], undefined);
  });
});

describe("mergeContainer", () => {
  it("merges a container over a container", () => {
    const base = { name: "proxy", image: "envoy:1", env: [{ name: "A", value: "1" }], args: ["a"] };
    const merged = value(mergeContainer(base, { name: "proxy", env: [{ name: "B", value: "2" }], args: ["b"] }));
    assert.deepEqual(merged, {
      name: "proxy",
      image: "envoy:1",
      env: [
        { name: "B", value: "2" },
        { name: "A", value: "1" },
      ],
      args: ["b"],
    });
  });
});

describe("a bad patch", () => {
  const cases: readonly (readonly [title: string, patch: unknown, problems: readonly string[]])[] = [
    ["that is no object", [], ["(root): the patch is a list"]],
    ["that is a text", "spec", ["(root): the patch is a string"]],
    ["that is null", null, ["(root): the patch is null"]],
    [
      "with a field of the wrong kind",
      { metadata: { labels: "a=b", name: { a: 1 } }, spec: { containers: { app: {} } } },
      [
        "metadata.labels: the field is a string, but an object in the pod",
        "metadata.name: the field is an object, but a string in the pod",
        "spec.containers: the field is an object, but a list in the pod",
      ],
    ],
    [
      "with no list where Kubernetes has one",
      { spec: { initContainers: { name: "x" } } },
      ["spec.initContainers: the field is an object, but Kubernetes has a list here"],
    ],
    [
      "with items without their merge key",
      { spec: { containers: [{ image: "x" }, { name: null }, "app"], initContainers: [{ image: "y" }] } },
      [
        "spec.containers[0]: the item has no name, by which items of this list are matched",
        "spec.containers[1]: the item has no name, by which items of this list are matched",
        "spec.containers[2]: the item is a string, not an object",
        "spec.initContainers[0]: the item has no name, by which items of this list are matched",
      ],
    ],
    [
      "with an item twice",
      { spec: { volumes: [{ name: "w" }, { name: "v" }, { name: "v" }] } },
      ["spec.volumes[2]: name v occurs twice"],
    ],
    [
      "with unknown directives",
      { $merge: true, spec: { $patch: "remove", containers: [{ name: "app", $patch: "remove" }] } },
      [
        "$merge: the directive $merge is unknown",
        'spec.$patch: the directive "remove" is unknown',
        'spec.containers[0].$patch: the directive "remove" is unknown',
      ],
    ],
    [
      "that replaces a list from within an item of it",
      { spec: { containers: [{ name: "app", $patch: "replace" }] } },
      ["spec.containers[0]: an item with $patch: replace replaces the whole list, and its other fields are dropped"],
    ],
    [
      "with a directive in an atomic list",
      { spec: { tolerations: [{ key: "a", $patch: "delete" }] } },
      ["spec.tolerations[0]: the list has no merge key: it is always replaced"],
    ],
    [
      "that retains fewer keys than it sets",
      { spec: { volumes: [{ name: "v", $retainKeys: ["name"], hostPath: {} }] } },
      ["spec.volumes[0].$retainKeys: hostPath is set here, but not retained"],
    ],
    [
      "that retains no list",
      { spec: { $retainKeys: "containers" } },
      ["spec.$retainKeys: the directive is not a list"],
    ],
    [
      "that orders by what is no list",
      { spec: { "$setElementOrder/containers": { name: "app" }, "$deleteFromPrimitiveList/volumes": "v" } },
      [
        "spec.$setElementOrder/containers: the directive is not a list",
        "spec.$deleteFromPrimitiveList/volumes: the directive is not a list",
      ],
    ],
    [
      "that orders and deletes from what is no list",
      { metadata: { "$setElementOrder/labels": ["a"], "$deleteFromPrimitiveList/name": ["p"] } },
      [
        "metadata.$setElementOrder/labels: the field to order is an object",
        "metadata.$deleteFromPrimitiveList/name: name is a string",
      ],
    ],
    [
      "that orders items without their merge key",
      { spec: { "$setElementOrder/containers": ["app"] } },
      ["spec.$setElementOrder/containers[0]: the item is a string, not an object"],
    ],
    [
      "whose order contradicts its list",
      { spec: { "$setElementOrder/volumes": [{ name: "v" }], volumes: [{ name: "w" }] } },
      ["spec.$setElementOrder/volumes: w of the patch is missing from the order, or stands elsewhere in it"],
    ],
    [
      "with objects in a set",
      { metadata: { finalizers: [{ name: "a" }], "$deleteFromPrimitiveList/finalizers": [null] } },
      [
        "metadata.finalizers[0]: the item is an object",
        "metadata.$deleteFromPrimitiveList/finalizers[0]: the item is null",
      ],
    ],
  ];

  for (const [title, patch, problems] of cases) {
    it(title, () => {
      assert.deepEqual(problemsOf(pod, patch), problems);
    });
  }
});
