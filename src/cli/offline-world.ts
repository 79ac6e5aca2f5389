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
import { isJsonObject } from "../json-value.ts";
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
  "mesh-namespace": { value: "NAME", help: "namespace that Outrigger runs in (outrigger-system)" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface OfflineWorld {
  readonly context: InjectionContext;
  /** The namespace of an object; undefined stands for one that it does not name. */
  readonly namespaceOf: (name: string | undefined) => NamespaceView;
}

const anyRecent = { major: 1, minor: 29 };
const families: readonly IpFamily[] = ["IPv4"];

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

function texts(value: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function namespacesIn(object: unknown): readonly NamespaceView[] {
  if (!isJsonObject(object)) return [];
  const { kind, metadata, items } = object;
  if (Array.isArray(items)) return items.flatMap(namespacesIn);
  if (kind !== "Namespace" || !isJsonObject(metadata) || typeof metadata["name"] !== "string") return [];
  const { name, labels, annotations } = metadata;
  return [{ name, labels: texts(labels), annotations: texts(annotations) }];
}

/** Every Namespace object of a YAML stream; what is wrong with the stream is for others to say. */
function readNamespaces(text: string): readonly NamespaceView[] {
  const documents = parseYaml(text);
  return documents.ok ? documents.value.flatMap(({ value }) => namespacesIn(value)) : [];
}

/** The Namespace objects of a file, of which there must be one at least. */
export async function readNamespaceFile(terminal: Terminal, path: string): Promise<readonly NamespaceView[]> {
  const namespaces = readNamespaces(await readInput(terminal, path));
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

/**
 * Makes the world of one command.
 *
 * @param stream the YAML that the command works on; Namespace objects in it count too
 */
export async function readWorld(options: OptionValues, terminal: Terminal, stream: string): Promise<OfflineWorld> {
  const config = await readConfig(terminal, optionOf(options, "config"));
  const file = optionOf(options, "namespaces");
  const described = [...readNamespaces(stream), ...(file === undefined ? [] : await readNamespaceFile(terminal, file))];
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
      ipFamilies: config.ipFamilies === "auto" ? families : config.ipFamilies,
      // The webhook, which has a real secret, puts its own path in place of this one when the pod is created.
      drainKey: hash("sha256", `offline ${configHash}`),
    },
    namespaceOf: (name = fallback) => lookup(name),
  };
}
