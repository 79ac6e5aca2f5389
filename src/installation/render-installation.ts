/**
 * The objects of an installation: the shipped manifests with what the user has chosen. Pure.
 */
import jsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import { parse } from "yaml";
import type { ManifestObject } from "./manifest.ts";
import { parseManifest } from "./manifest.ts";
import { readConfigText } from "./mesh-config-change.ts";
import { controlPlaneName, injectorName, meshConfigKey, meshConfigMap } from "./names.ts";
import type { ShippedPath } from "./shipped-files.ts";
import { shippedFile } from "./shipped-files.ts";

export interface InstallationChoices {
  /** Three replicas on three nodes, and no pod of a labelled namespace without its sidecar. */
  readonly highAvailability: boolean;
  /** Image of the injector and of the control plane; the shipped one unless given. */
  readonly image: string | undefined;
  /** Text of the mesh config; the shipped one unless given. In `mode: mesh` the control plane comes with it. */
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

/** What each Deployment is in the high-availability variant. */
const highAvailabilityPatches: Readonly<Record<string, ShippedPath>> = {
  [injectorName]: "overlays/high-availability/deployment-patch.yaml",
  [controlPlaneName]: "overlays/mesh-high-availability/control-plane-patch.yaml",
};

function choose(object: ManifestObject, { highAvailability, image, meshConfig }: InstallationChoices): ManifestObject {
  if (object.kind === "Deployment") {
    const patch = highAvailability ? highAvailabilityPatches[object.metadata.name] : undefined;
    const sized = patch === undefined ? object : patched(object, patch);
    return image === undefined ? sized : withImage(sized, image);
  }
  if (object.kind === "ConfigMap" && object.metadata.name === meshConfigMap && meshConfig !== undefined) {
    return { ...object, data: { [meshConfigKey]: meshConfig } } as ManifestObject;
  }
  return object;
}

/** All objects, in the order of the manifests: what others depend on comes first. */
export function renderInstallation(choices: InstallationChoices): readonly ManifestObject[] {
  const config = readConfigText(choices.meshConfig);
  const shipped = config?.mode === "mesh" ? "install-mesh.yaml" : "install.yaml";
  const objects = parseManifest(shippedFile(shipped)).map((object) => choose(object, choices));
  const policies = choices.highAvailability ? parseManifest(shippedFile("components/require-sidecar/policy.yaml")) : [];
  return [...objects, ...(config?.watchdog.mode === "evict" ? rightToEvict() : []), ...policies];
}

/** What the watchdog needs beside the rest; not shipped in the base, since most clusters have no use for it. */
function rightToEvict(): readonly ManifestObject[] {
  return parseManifest(shippedFile("components/watchdog/cluster-role.yaml"));
}

/** Every object that any variant of the installation has. */
export function allShippedObjects(): readonly ManifestObject[] {
  const meshConfig = "mode: mesh\nwatchdog: { mode: evict }\n";
  return renderInstallation({ highAvailability: true, image: undefined, meshConfig });
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
