import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { editMeshConfig } from "../../../src/installation/edit-mesh-config.ts";
import type { ManifestObject } from "../../../src/installation/manifest.ts";
import { describeObject, findResource } from "../../../src/installation/manifest.ts";
import * as names from "../../../src/installation/names.ts";
import {
  allShippedObjects,
  renderInstallation,
  shippedConfigurations,
  shippedMeshConfig,
} from "../../../src/installation/render-installation.ts";
import { isDefinition } from "../../../src/installation/removal-plan.ts";
import { applyPatch } from "../../../scripts/manifests/transform.ts";
import { readDocuments } from "../../../scripts/manifests/render.ts";
import { folder, render } from "../manifests/manifests.ts";

const asShipped = { highAvailability: false, image: undefined, meshConfig: undefined };

function byName(objects: readonly ManifestObject[]): ReadonlyMap<string, ManifestObject> {
  return new Map(objects.map((object) => [describeObject(object), object]));
}

test("as it comes, it is what the base kustomization gives", () => {
  assert.deepEqual(renderInstallation(asShipped), render("base"));
});

test("--ha is what the overlay high-availability gives", () => {
  assert.deepEqual(renderInstallation({ ...asShipped, highAvailability: true }), render("overlays/high-availability"));
});

const meshConfig = editMeshConfig(shippedMeshConfig(), ["mode=mesh"]);

test("in mode mesh it is what the overlay mesh gives, and with --ha mesh-high-availability", () => {
  assert.deepEqual(renderInstallation({ ...asShipped, meshConfig }), render("overlays/mesh"));
  assert.deepEqual(
    byName(renderInstallation({ ...asShipped, meshConfig, highAvailability: true })),
    byName(render("overlays/mesh-high-availability")),
  );
});

test("what a mesh adds are kinds of objects, and what bears the control plane's name: by that it is removed", () => {
  const base = new Set(render("base").map(describeObject));
  const added = renderInstallation({ ...asShipped, meshConfig }).filter((object) => !base.has(describeObject(object)));
  assert.ok(added.some(isDefinition));
  for (const object of added) {
    if (!isDefinition(object)) assert.equal(object.metadata.name, names.controlPlaneName, object.kind);
    assert.equal(object.metadata.labels?.[names.partOfLabel], names.partOfOutrigger, object.kind);
  }
});

test("another image is that of every Deployment", () => {
  const rendered = renderInstallation({ ...asShipped, meshConfig, image: "registry.example/outrigger:2" });
  const deployments = rendered.filter(({ kind }) => kind === "Deployment");
  assert.deepEqual(
    deployments.map(({ metadata: { name } }) => name),
    [names.injectorName, names.controlPlaneName],
  );
  for (const deployment of deployments) {
    const images = [...JSON.stringify(deployment).matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
    assert.deepEqual(images, ["registry.example/outrigger:2"]);
  }
});

test("a watchdog that evicts gets the right to, by the component for it", () => {
  const rendered = renderInstallation({ ...asShipped, meshConfig: "watchdog: { mode: evict }\n" });
  const component = readDocuments(join(folder, "components/watchdog/cluster-role.yaml"));
  assert.deepEqual(rendered.slice(-component.length), component);
  const reporting = renderInstallation({ ...asShipped, meshConfig: "watchdog: { mode: report }\n" });
  assert.equal(reporting.length, render("base").length);
});

test("another image and mesh config change these fields and no other", () => {
  const changed = renderInstallation({
    ...asShipped,
    image: "registry.example/outrigger:2",
    meshConfig: "userErrors: warn\n",
  });
  const text = JSON.stringify(changed);
  const image = /"image":"(ghcr[^"]+)"/.exec(JSON.stringify(render("base")))?.[1] ?? "";
  const restored = text
    .replace("registry.example/outrigger:2", image)
    .replace(JSON.stringify("userErrors: warn\n"), JSON.stringify(shippedMeshConfig()));
  assert.deepEqual(JSON.parse(restored), render("base"));
  assert.notEqual(text, restored);
});

test("the shipped mesh config is the ConfigMap's", () => {
  assert.equal((parse(shippedMeshConfig()) as { kind: string }).kind, "MeshConfig");
});

test("every shipped object is of a kind that can be addressed", () => {
  for (const object of allShippedObjects()) {
    const resource = findResource(object);
    assert.ok(resource !== undefined, object.kind);
    assert.equal(resource.namespaced, object.metadata.namespace !== undefined, object.kind);
  }
});

test("the names that the code uses are those of the manifests", () => {
  const objects = allShippedObjects();
  const find = (kind: string, name: string): object =>
    objects.find((object) => object.kind === kind && object.metadata.name === name) ?? assert.fail(`${kind} ${name}`);
  find("Namespace", names.systemNamespace);
  find("ValidatingAdmissionPolicy", names.requireSidecarPolicy);
  const controlPlane = JSON.stringify(find("Deployment", names.controlPlaneName));
  assert.ok(controlPlane.includes(`"${names.nameLabel}":"${names.controlPlaneName}"`));
  assert.ok(controlPlane.includes(`--secret=${names.workloadAuthoritySecret}`));
  assert.ok(controlPlane.includes(`--pages-port=${names.pagesPort}`));
  const deployment = JSON.stringify(find("Deployment", names.injectorName));
  assert.ok(deployment.includes(`"${names.nameLabel}":"${names.injectorName}"`));
  assert.ok(deployment.includes(`--secret=${names.certificateSecret}`));
  const configMap = find("ConfigMap", names.meshConfigMap) as { data: Record<string, string> };
  assert.deepEqual(Object.keys(configMap.data), [names.meshConfigKey]);
  for (const { kind, metadata } of render("base")) {
    assert.equal(metadata.labels?.[names.partOfLabel], names.partOfOutrigger, kind);
  }
});

test("the forms of the webhook configuration are those of the components", () => {
  const mutating = shippedConfigurations().find(({ object }) => object.kind === "MutatingWebhookConfiguration");
  const [shipped] = render("base").filter(({ kind }) => kind === "MutatingWebhookConfiguration");
  assert.ok(mutating !== undefined && shipped !== undefined);
  const patches = ["inject-by-default/webhook-entry.yaml", "istio-compatibility/match-condition.yaml"];
  const patched = patches.map((path) =>
    applyPatch(shipped, readDocuments(join(folder, "components", path))[0] as Parameters<typeof applyPatch>[1]),
  );
  assert.deepEqual(mutating.forms, [shipped, ...patched]);
});
