/**
 * Pod, namespace, mesh config and cluster -> the injected pod, and the patch that makes it. Each case is also held against
 * what must always be so: the patch applied gives the pod, a second pass has nothing to do, uninjecting gives the pod back.
 */
import assert from "node:assert/strict";
import jsonPatch from "fast-json-patch";
import { parse, stringify } from "yaml";
import { parseMeshConfig } from "../../../src/config/load.ts";
import type { MeshConfig } from "../../../src/config/schema.ts";
import { validateDefaults } from "../../../src/injection/annotations/registry.ts";
import { createPatch } from "../../../src/injection/json-patch.ts";
import { statusAnnotation } from "../../../src/injection/keys.ts";
import type { InjectionContext, NamespaceView } from "../../../src/injection/outcome.ts";
import { overlayPod, splitOverlay } from "../../../src/injection/overlays.ts";
import { uninjectPod } from "../../../src/injection/uninject.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { testGolden } from "../../golden-files.ts";
import { bootstrapOf, contextWith, flagOf, inject, namespaceWith } from "../../injected-pods.ts";

interface Case {
  readonly config?: object;
  readonly namespace?: Partial<NamespaceView>;
  /** `classic`: without native sidecars. */
  readonly cluster?: "classic";
  readonly pod: Pod;
}

function readConfig(config: object): MeshConfig {
  const result = parseMeshConfig(stringify(config), validateDefaults);
  assert.ok(result.ok, JSON.stringify(result));
  // The default names Outrigger's own version, which would make a release rewrite every file.
  return { ...result.value, proxy: { ...result.value.proxy, initImage: "outrigger-init:1.2.3" } };
}

function readContext({ config = {}, cluster }: Case): InjectionContext {
  const read = readConfig(config);
  const ipFamilies = read.ipFamilies === "auto" ? (["IPv4", "IPv6"] as const) : read.ipFamilies;
  return {
    ...contextWith(),
    config: read,
    configHash: "0123456789ab",
    nativeSidecars: cluster !== "classic",
    ipFamilies,
  };
}

/**
 * The bootstrap has golden files of its own, so here its outline stands in place of its text, and nothing in place of
 * the fingerprint that depends on it.
 */
function readable(text: string, pod: Pod): string {
  const { node, static_resources: resources, dynamic_resources: dynamic } = bootstrapOf(pod);
  const namesOf = (list: readonly object[]): string => list.map((item) => (item as { name: string }).name).join(" ");
  const outline = [
    `node ${JSON.stringify(node.metadata)} of ${node.cluster}`,
    `listeners ${namesOf(resources.listeners)}`,
    `clusters ${namesOf(resources.clusters)}`,
    ...(dynamic === undefined ? [] : ["and those of the control plane"]),
  ].join("; ");
  return text
    .replaceAll(JSON.stringify(flagOf(pod, "--config-yaml")), JSON.stringify(`{{ ${outline} }}`))
    .replaceAll(/(\\"args\\":\\")[0-9a-f]{8}/g, "$1…");
}

/** The status as an object, its order of keys included. */
function withReadableStatus(pod: Pod): object {
  const { [statusAnnotation]: status = "", ...annotations } = pod.metadata?.annotations ?? {};
  const metadata = {
    ...pod.metadata,
    annotations: { ...annotations, [statusAnnotation]: JSON.parse(status) as unknown },
  };
  return { ...pod, metadata };
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** What uninjecting leaves: overlays have become part of the application, and a forged status is gone. */
function expectUninjected(injected: Pod, pod: Pod, overlays: readonly string[], { config }: InjectionContext): void {
  const overlaid = overlayPod(
    pod,
    overlays.map((name) => splitOverlay(name, config.overlays[name])),
  );
  assert.ok(overlaid.ok);
  const expected = structuredClone(overlaid.value);
  delete (expected.metadata?.annotations as Record<string, string> | undefined)?.[statusAnnotation];
  assert.deepEqual(uninjectPod(injected), { ok: true, value: expected });
}

testGolden("injection", (input) => {
  const wanted = parse(input) as Case;
  const context = readContext(wanted);
  const namespace = { ...namespaceWith(), ...wanted.namespace };
  const { pod, reason, settings, warnings } = inject(wanted.pod, context, namespace);
  const patch = createPatch(wanted.pod, pod);
  assert.deepEqual(jsonPatch.applyPatch(structuredClone(wanted.pod), structuredClone(patch)).newDocument, pod);
  assert.deepEqual(createPatch(pod, inject(pod, context, namespace).pod), []);
  expectUninjected(pod, wanted.pod, settings.overlays, context);

  const told = [reason, ...warnings.map((warning) => `warning: ${warning}`)].map((line) => `# ${line}\n`).join("");
  const shown = JSON.parse(readable(JSON.stringify(withReadableStatus(pod)), pod)) as object;
  const yaml = stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false });
  return {
    "pod.yaml": told + yaml.replace(/^( {8}args: )"?[0-9a-f]{8}"?$/m, "$1…"),
    "patch.json": readable(pretty(patch), pod),
  };
});
