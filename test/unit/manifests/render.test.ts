import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { installFiles, readDocuments, renderInstall, renderKustomization } from "../../../scripts/manifests/render.ts";
import { components, folder, kustomizations, render } from "./manifests.ts";

function write(context: TestContext, files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), "outrigger-render-"));
  context.after(() => {
    rmSync(path, { recursive: true });
  });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const pod = `apiVersion: v1
kind: Pod
metadata: {name: a, labels: {own: x}}
spec:
  containers: [{name: a, image: "registry:5000/app:1@sha256:00"}, {name: b, image: other/app:1}]
  initContainers: [{name: c, image: registry:5000/app}]
`;

describe("what is written is what was rendered", () => {
  for (const file of installFiles) {
    const { name, kustomization } = file;
    test(`${name} is ${kustomization}; \`make manifests\` writes it`, () => {
      assert.equal(readFileSync(join(folder, name), "utf8"), renderInstall(file, folder));
    });

    test(`${name} reads back as the same objects`, () => {
      assert.deepEqual(readDocuments(join(folder, name)), renderKustomization(join(folder, kustomization)));
    });
  }
});

describe("every kustomization renders", () => {
  for (const name of kustomizations) {
    test(name, () => {
      for (const { apiVersion, kind, metadata } of render(name)) {
        assert.match(apiVersion, /^([a-z0-9.-]+\/)?v1$/);
        assert.match(kind, /^[A-Z]/);
        assert.match(metadata.name, /^[a-z0-9][a-z0-9.-]*$/);
      }
    });
  }

  for (const component of components) {
    test(`the base with components/${component}`, (context) => {
      const [base, added] = ["base", `components/${component}`].map((name) => relative(tmpdir(), join(folder, name)));
      const text = `resources: ["../${base ?? ""}"]\ncomponents: ["../${added ?? ""}"]\n`;
      const path = write(context, { "kustomization.yaml": text });
      assert.notDeepEqual(renderKustomization(path), render("base"));
    });
  }
});

describe("the renderer", () => {
  test("gives labels to the objects and images to containers of every kind", (context) => {
    const path = write(context, {
      "pod.yaml": pod,
      "kustomization.yaml": `resources: [pod.yaml]
labels: [{pairs: {added: "y"}}]
images: [{name: "registry:5000/app", newName: mirror/app, newTag: "2"}]
`,
    });
    assert.deepEqual(renderKustomization(path), [
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a", labels: { own: "x", added: "y" } },
        spec: {
          containers: [
            { name: "a", image: "mirror/app:2" },
            { name: "b", image: "other/app:1" },
          ],
          initContainers: [{ name: "c", image: "mirror/app:2" }],
        },
      },
    ]);
  });

  test("applies JSON patches to their target only", (context) => {
    const path = write(context, {
      "pods.yaml": `${pod}---\n${pod.replace("name: a", "name: z")}`,
      "patch.yaml": "- {op: replace, path: /spec/containers/0/name, value: changed}",
      "kustomization.yaml":
        "resources: [pods.yaml]\npatches: [{path: patch.yaml, target: {version: v1, kind: Pod, name: z}}]",
    });
    const names = renderKustomization(path).map(({ spec }) => (spec as PodLike).containers[0]?.name);
    assert.deepEqual(names, ["a", "changed"]);
  });

  test("leaves out what a patch deletes", (context) => {
    const path = write(context, {
      "pod.yaml": pod,
      "delete.yaml": "{$patch: delete, apiVersion: v1, kind: Pod, metadata: {name: a}}",
      "kustomization.yaml": "resources: [pod.yaml]\npatches: [{path: delete.yaml}]",
    });
    assert.deepEqual(renderKustomization(path), []);
  });

  const refused: readonly (readonly [title: string, files: Readonly<Record<string, string>>, message: RegExp])[] = [
    [
      "a field that it does not know",
      { "kustomization.yaml": "resources: [pod.yaml]\nnamePrefix: x-" },
      /does not know the field namePrefix/,
    ],
    [
      "a patch without its target",
      { "kustomization.yaml": "patches: [{path: p.yaml}]", "p.yaml": "- {op: remove, path: /spec}" },
      /neither a JSON patch with its target/,
    ],
    [
      "a patch of something that is not there",
      {
        "kustomization.yaml": "patches: [{path: p.yaml, target: {version: v1, kind: Pod, name: z}}]",
        "p.yaml": "- {op: remove, path: /spec}",
      },
      /there is no such target/,
    ],
    [
      "a patch whose test fails",
      {
        "kustomization.yaml":
          "resources: [pod.yaml]\npatches: [{path: p.yaml, target: {version: v1, kind: Pod, name: a}}]",
        "pod.yaml": pod,
        "p.yaml": "- {op: test, path: /kind, value: Node}",
      },
      /TEST_OPERATION_FAILED|Test operation failed/,
    ],
    ["broken YAML", { "kustomization.yaml": "resources: [" }, /kustomization\.yaml/],
  ];
  for (const [title, files, message] of refused) {
    test(`refuses ${title}`, (context) => {
      const path = write(context, files);
      assert.throws(() => renderKustomization(path), message);
    });
  }
});

interface PodLike {
  readonly containers: readonly { readonly name: string }[];
}
