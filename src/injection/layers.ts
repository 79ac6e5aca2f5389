/**
 * Settings in layers: built-in defaults under the mesh config under the namespace under the pod. Each layer keeps the
 * text as written and where it came from, so that `explain` can tell.
 */
import type { MeshConfig } from "../config/schema.ts";
import type { Parsed, Problem } from "../problem.ts";
import type { SettingName, SettingValues } from "./annotations/registry.ts";
import { isSettingName, parseSetting, settingNames, settings } from "./annotations/registry.ts";
import type { NamespaceView } from "./outcome.ts";
import { readIstioAnnotations } from "./istio-aliases.ts";
import { annotationPath, domain, keyOf } from "./keys.ts";

type Value = SettingValues[SettingName];

/** One setting as it stands after all layers. */
export interface Layered {
  readonly value: Value;
  readonly text: string;
  readonly origin: string;
  /** How problems name the place. */
  readonly path: string;
  /** Whether a pod or a namespace gave it, rather than the mesh config or a default. */
  readonly overridden: boolean;
}

export type LayeredSettings = Readonly<Record<SettingName, Layered>>;

/** What reading the layers brought, problems and warnings of all of them together. */
export interface LayeringResult {
  readonly layered: LayeredSettings;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Where a value comes from that nobody has chosen. */
export const builtInOrigin = "built-in default";

function parseOrThrow(name: SettingName, text: string): Value {
  const result: Parsed<Value> = parseSetting(name, text, name);
  // The config loader has checked its defaults and a test checks the built-in ones.
  if (!result.ok) throw new Error(`default of ${name} does not parse: ${text}`);
  return result.value;
}

function readDefaults({ proxy: { defaults } }: MeshConfig): LayeredSettings {
  const entries = settingNames.map((name): readonly [SettingName, Layered] => {
    const configured = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    const text = configured ?? settings[name].builtIn;
    const [origin, path] =
      configured === undefined
        ? [builtInOrigin, `the default of ${name}`]
        : ["mesh config", `mesh config proxy.defaults.${name}`];
    return [name, { value: parseOrThrow(name, text), text, origin, path, overridden: false }];
  });
  return Object.fromEntries(entries) as LayeredSettings;
}

/** Parsing the defaults costs more than everything else here, and they change only with the config. */
const defaultsOfConfig = new WeakMap<MeshConfig, LayeredSettings>();

function defaultsOf(config: MeshConfig): LayeredSettings {
  const known = defaultsOfConfig.get(config);
  if (known !== undefined) return known;
  const defaults = readDefaults(config);
  defaultsOfConfig.set(config, defaults);
  return defaults;
}

/** The settings, some of them as they are before namespace and pod have their say. */
export function withDefaults(
  layered: LayeredSettings,
  names: readonly SettingName[],
  config: MeshConfig,
): LayeredSettings {
  const defaults = defaultsOf(config);
  return { ...layered, ...Object.fromEntries(names.map((name) => [name, defaults[name]])) };
}

type Annotations = Readonly<Record<string, string>>;

interface Layer {
  readonly annotations: Annotations;
  /** `pod` or `namespace`, for origins. */
  readonly owner: string;
  /** Prefix of the paths in problems. */
  readonly pathPrefix: string;
}

interface Accumulator {
  readonly layered: Record<SettingName, Layered>;
  readonly problems: Problem[];
  readonly warnings: string[];
}

function override(into: Accumulator, layer: Layer, name: SettingName, text: string, key: string): void {
  const path = layer.pathPrefix + annotationPath(key);
  const result = parseSetting(name, text, path);
  if (result.ok) {
    const origin = `${layer.owner} annotation ${key}`;
    into.layered[name] = { value: result.value, text, origin, path, overridden: true };
  } else into.problems.push(...result.problems);
}

function applyLayer(into: Accumulator, layer: Layer, istio: boolean): void {
  if (istio) {
    const aliased = readIstioAnnotations(layer.annotations);
    for (const { setting, text, key } of aliased.values) override(into, layer, setting, text, key);
    into.warnings.push(...aliased.warnings);
  }
  // Ours after Istio's, so that ours win.
  for (const key of Object.keys(layer.annotations)) {
    if (!key.startsWith(domain)) continue;
    const suffix = key.slice(domain.length + 1);
    const text = layer.annotations[key];
    if (text !== undefined && isSettingName(suffix) && key === keyOf(suffix)) override(into, layer, suffix, text, key);
  }
}

/** Reads all layers; a value that does not parse is a problem, and the layer below keeps its say. */
export function layerSettings(
  config: MeshConfig,
  namespace: NamespaceView,
  podAnnotations: Annotations,
): LayeringResult {
  const into: Accumulator = { layered: { ...defaultsOf(config) }, problems: [], warnings: [] };
  const { istio } = config.compatibility;
  const { name, annotations } = namespace;
  applyLayer(into, { annotations, owner: "namespace", pathPrefix: `namespace ${name} ` }, istio);
  applyLayer(into, { annotations: podAnnotations, owner: "pod", pathPrefix: "" }, istio);
  return into;
}
