/**
 * The objects of an installation: the shipped manifests with what the user has chosen. Pure.
 */
import jsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import { parse } from "yaml";
import { parseMeshConfig } from "../config/load.ts";
import { validateDefaults } from "../injection/annotations/registry.ts";
import type { ManifestObject } from "./manifest.ts";
import { parseManifest } from "./manifest.ts";
import { injectorName, meshConfigKey, meshConfigMap } from "./names.ts";
import type { ShippedPath } from "./shipped-files.ts";
import { shippedFile } from "./shipped-files.ts";

export interface InstallationChoices {
  /** Three replicas on three nodes, and no pod of a labelled namespace without its sidecar. */
  readonly highAvailability: boolean;
  /** The injector's image; the shipped one unless given. */
  readonly image: string | undefined;
  /** Text of the mesh config; the shipped one unless given. */
  readonly meshConfig: string | undefined;
}

interface WithContainers {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

function patched(object: ManifestObject, path: ShippedPath): ManifestObject {
  const operations = parse(shippedFile(path)) as readonly Operation[];
  return jsonPatch.applyPatch(structuredClone(object), operations, true).newDocument;
}

function withImage(deployment: ManifestObject, image: string): ManifestObject {
  const { spec } = deployment as ManifestObject & WithContainers;
  const { template } = spec;
  const containers = template.spec.containers.map((container) => ({ ...container, image }));
  const changed = { ...spec, template: { ...template, spec: { ...template.spec, containers } } };
  return { ...deployment, spec: changed } as ManifestObject;
}

function choose(object: ManifestObject, { highAvailability, image, meshConfig }: InstallationChoices): ManifestObject {
  if (object.kind === "Deployment" && object.metadata.name === injectorName) {
    const sized = highAvailability ? patched(object, "overlays/high-availability/deployment-patch.yaml") : object;
    return image === undefined ? sized : withImage(sized, image);
  }
  if (object.kind === "ConfigMap" && object.metadata.name === meshConfigMap && meshConfig !== undefined) {
    return { ...object, data: { [meshConfigKey]: meshConfig } } as ManifestObject;
  }
  return object;
}

/** All objects, in the order of the manifests: what others depend on comes first. */
export function renderInstallation(choices: InstallationChoices): readonly ManifestObject[] {
  const objects = parseManifest(shippedFile("install.yaml")).map((object) => choose(object, choices));
  const policies = choices.highAvailability ? parseManifest(shippedFile("components/require-sidecar/policy.yaml")) : [];
  return [...objects, ...(evictsPods(choices.meshConfig) ? rightToEvict() : []), ...policies];
}

/** What the watchdog needs beside the rest; not shipped in the base, since most clusters have no use for it. */
function rightToEvict(): readonly ManifestObject[] {
  return parseManifest(shippedFile("components/watchdog/cluster-role.yaml"));
}

/** Whether the watchdog is to evict; one that cannot be read is refused elsewhere. */
function evictsPods(meshConfig: string | undefined): boolean {
  const parsed = meshConfig === undefined ? undefined : parseMeshConfig(meshConfig, validateDefaults);
  return parsed?.ok === true && parsed.value.watchdog.mode === "evict";
}

/** Every object that any variant of the installation has. */
export function allShippedObjects(): readonly ManifestObject[] {
  const objects = renderInstallation({ highAvailability: true, image: undefined, meshConfig: undefined });
  return [...objects, ...rightToEvict()];
}

/** The mesh config that comes with the manifests, as text. */
export function shippedMeshConfig(): string {
  const configMap = parseManifest(shippedFile("install.yaml")).find(({ metadata }) => metadata.name === meshConfigMap);
  return (configMap as { readonly data?: Readonly<Record<string, string>> } | undefined)?.data?.[meshConfigKey] ?? "";
}

/** A webhook configuration of the manifests. */
export interface ShippedConfiguration {
  readonly object: ManifestObject;
  /** As it is, and in each form that a documented component gives it. */
  readonly forms: readonly ManifestObject[];
}

/** The mutating one may also ask about every pod (`inject-by-default`), or read Istio's marks (`istio-compatibility`). */
function formsOf(object: ManifestObject): readonly ManifestObject[] {
  if (object.kind !== "MutatingWebhookConfiguration") return [object];
  return [
    object,
    patched(object, "components/inject-by-default/webhook-entry.yaml"),
    patched(object, "components/istio-compatibility/match-condition.yaml"),
  ];
}

/** Every shipped webhook configuration. */
export function shippedConfigurations(): readonly ShippedConfiguration[] {
  return parseManifest(shippedFile("install.yaml"))
    .filter(({ kind }) => kind.endsWith("WebhookConfiguration"))
    .map((object) => ({ object, forms: formsOf(object) }));
}
