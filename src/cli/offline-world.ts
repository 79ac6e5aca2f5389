/**
 * What the offline commands know instead of a cluster: a mesh config, a Kubernetes version, and the Namespace objects they
 * are given. A namespace that no object describes is enabled, since asking for injection is what the command is for.
 */
import { hash } from "node:crypto";
import { defaultMeshConfig } from "../config/defaults.ts";
import { hashMeshConfig } from "../config/hash.ts";
import { parseMeshConfig } from "../config/load.ts";
import type { MeshConfig } from "../config/schema.ts";
import { OutriggerError } from "../errors.ts";
import { validateDefaults } from "../injection/annotations/registry.ts";
import type { InjectionContext, NamespaceView } from "../injection/inject.ts";
import { injectionLabel } from "../injection/keys.ts";
import type { JsonObject } from "../json-value.ts";
import { isJsonObject, kindOf } from "../json-value.ts";
import { parseServerVersion, runsNativeSidecars } from "../kubernetes/server-version.ts";
import { parseYaml } from "../manifest-files/parse-yaml.ts";
import type { IpFamily } from "../net/cidr.ts";
import { formatProblem } from "../problem.ts";
import { version } from "../version.ts";
import type { OptionSpec, OptionValues, Terminal } from "./command.ts";
import { optionOf } from "./command.ts";

export const worldOptions = {
  config: { value: "FILE", help: "mesh config; the built-in defaults without it" },
  namespaces: { value: "FILE", help: "Namespace objects, whose labels and annotations count" },
  namespace: { short: "n", value: "NAME", help: "namespace of objects that name none (default)" },
  "kubernetes-version": { value: "X.Y", help: "version of the cluster it is for; at least 1.29 unless told" },
  "ip-families": {
    value: "LIST",
    help: "of its pods: IPv4, IPv6 or IPv4,IPv6; the mesh config's, else IPv4, unless told",
  },
  "mesh-namespace": { value: "NAME", help: "namespace that Outrigger runs in (outrigger-system)" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface OfflineWorld {
  readonly context: InjectionContext;
  /** The namespace of an object; undefined stands for one that it does not name. */
  readonly namespaceOf: (name: string | undefined) => NamespaceView;
}

const anyRecent = { major: 1, minor: 29 };
/** Every cluster but for those of IPv6 alone has it, and a sidecar that listens to IPv6 does not start where there is none. */
const mostLikelyFamilies: readonly IpFamily[] = ["IPv4"];

/** Reads a file, or says that it cannot be read. */
export async function readInput(terminal: Terminal, path: string): Promise<string> {
  try {
    return path === "-" ? await terminal.input() : await terminal.readFile(path);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : path;
    throw new OutriggerError("OUTRIGGER_FILE_UNREADABLE", detail, { cause });
  }
}

/** Reads a mesh config; the defaults where there is no path. */
export async function readConfig(terminal: Terminal, path: string | undefined): Promise<MeshConfig> {
  if (path === undefined) return defaultMeshConfig;
  const result = parseMeshConfig(await readInput(terminal, path), validateDefaults);
  if (result.ok) return result.value;
  throw new OutriggerError("OUTRIGGER_CONFIG_INVALID", `${path}\n${result.problems.map(formatProblem).join("\n")}`);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((text) => typeof text === "string");
}

/** A Namespace object, or why it cannot be one: a name such as `off` is a boolean to YAML. */
function readNamespace(object: JsonObject): NamespaceView | string {
  const metadata = isJsonObject(object["metadata"]) ? object["metadata"] : {};
  const { name, labels, annotations } = metadata;
  if (typeof name !== "string") return `metadata.name is ${kindOf(name)}, not text; put it in quotes`;
  const [labelTexts, annotationTexts] = [labels ?? {}, annotations ?? {}];
  if (!isTexts(labelTexts)) return `labels of Namespace ${name} are not all text; put their values in quotes`;
  if (!isTexts(annotationTexts)) return `annotations of Namespace ${name} are not all text; put their values in quotes`;
  return { name, labels: labelTexts, annotations: annotationTexts };
}

function namespacesIn(object: unknown): readonly (NamespaceView | string)[] {
  if (!isJsonObject(object)) return [];
  const { kind, items } = object;
  if (Array.isArray(items)) return items.flatMap(namespacesIn);
  return kind === "Namespace" ? [readNamespace(object)] : [];
}

/** Every Namespace object of a YAML stream, and what is wrong with those that cannot be read. */
function readNamespaces(text: string, path: string): readonly NamespaceView[] {
  const documents = parseYaml(text);
  // A stream that is no YAML is reported by whoever reads the rest of it.
  const found = documents.ok ? documents.value.flatMap(({ value }) => namespacesIn(value)) : [];
  const wrong = found.filter((namespace) => typeof namespace === "string");
  if (wrong.length > 0) throw new OutriggerError("OUTRIGGER_INPUT_INVALID", `${path}: ${wrong.join("; ")}`);
  return found.filter((namespace) => typeof namespace !== "string");
}

/** The Namespace objects of a file, of which there must be one at least. */
export async function readNamespaceFile(terminal: Terminal, path: string): Promise<readonly NamespaceView[]> {
  const namespaces = readNamespaces(await readInput(terminal, path), path);
  if (namespaces.length > 0) return namespaces;
  throw new OutriggerError("OUTRIGGER_INPUT_INVALID", `${path} holds no Namespace object`);
}

/** Every namespace that no object describes counts as enabled. */
export function enabledUnlessDescribed(described: readonly NamespaceView[]): (name: string) => NamespaceView {
  const byName = new Map(described.map((namespace) => [namespace.name, namespace]));
  return (name) => byName.get(name) ?? { name, labels: { [injectionLabel]: "enabled" }, annotations: {} };
}

function readKubernetesVersion(text: string | undefined): typeof anyRecent {
  if (text === undefined) return anyRecent;
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === undefined || minor === undefined) {
    throw new OutriggerError("OUTRIGGER_USAGE", `--kubernetes-version ${text} is not of the form 1.34`);
  }
  return parseServerVersion({ major, minor });
}

function readIpFamilies(text: string | undefined, { ipFamilies }: MeshConfig): readonly IpFamily[] {
  if (text === undefined) return ipFamilies === "auto" ? mostLikelyFamilies : ipFamilies;
  const families = text.split(",");
  const known = families.filter((family) => family === "IPv4" || family === "IPv6");
  if (known.length < families.length || new Set(known).size < known.length) {
    throw new OutriggerError("OUTRIGGER_USAGE", `--ip-families ${text} is none of IPv4, IPv6 and IPv4,IPv6`);
  }
  return known;
}

/**
 * Makes the world of one command.
 *
 * @param stream the YAML that the command works on; Namespace objects in it count too
 */
export async function readWorld(options: OptionValues, terminal: Terminal, stream: string): Promise<OfflineWorld> {
  const config = await readConfig(terminal, optionOf(options, "config"));
  const file = optionOf(options, "namespaces");
  const described = [
    ...readNamespaces(stream, "the manifests"),
    ...(file === undefined ? [] : await readNamespaceFile(terminal, file)),
  ];
  const lookup = enabledUnlessDescribed(described);
  const fallback = optionOf(options, "namespace") ?? "default";
  const configHash = hashMeshConfig(config);
  return {
    context: {
      config,
      configHash,
      version,
      meshNamespace: optionOf(options, "mesh-namespace") ?? "outrigger-system",
      nativeSidecars: runsNativeSidecars(readKubernetesVersion(optionOf(options, "kubernetes-version"))),
      ipFamilies: readIpFamilies(optionOf(options, "ip-families"), config),
      // The webhook, which has a real secret, puts its own path in place of this one when the pod is created.
      drainKey: hash("sha256", `offline ${configHash}`),
    },
    namespaceOf: (name = fallback) => lookup(name),
  };
}
