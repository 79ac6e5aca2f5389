/**
 * Every pod and pod template of a YAML or JSON stream, for the commands that only look.
 */
import { OutriggerError } from "../errors.ts";
import { parseYaml } from "../manifest-files/parse-yaml.ts";
import { formatProblem } from "../problem.ts";
import type { PodTemplate } from "../workloads/pod-templates.ts";
import { findPodTemplates } from "../workloads/pod-templates.ts";
import type { NamespaceView } from "../injection/inject.ts";
import type { OptionSpec, OptionValues, Terminal } from "./command.ts";
import { optionOf } from "./command.ts";
import type { OfflineWorld } from "./offline-world.ts";
import { readInput, readWorld, worldOptions } from "./offline-world.ts";

export const templateOptions = {
  filename: { short: "f", value: "FILE", help: "manifests, YAML or JSON; - for the standard input" },
  ...worldOptions,
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** One template with the namespace it would be created in. */
export interface PlacedTemplate {
  readonly template: PodTemplate;
  readonly namespace: NamespaceView;
  /** `Deployment shop/web`. */
  readonly title: string;
}

/** The path of `-f`, which these commands cannot do without. */
export function requireFilename(options: OptionValues): string {
  const path = optionOf(options, "filename");
  if (path === undefined)
    throw new OutriggerError("OUTRIGGER_USAGE", "give the manifests with -f FILE, or -f - for the standard input");
  return path;
}

function parseStream(text: string, path: string): readonly unknown[] {
  const documents = parseYaml(text);
  if (documents.ok) return documents.value.map(({ value }) => value);
  throw new OutriggerError("OUTRIGGER_INPUT_INVALID", `${path}\n${documents.problems.map(formatProblem).join("\n")}`);
}

/**
 * Reads the manifests and the world around them.
 *
 * @throws OutriggerError where a file cannot be read, is not YAML, or holds no pod
 */
export async function readTemplates(
  options: OptionValues,
  terminal: Terminal,
): Promise<{ readonly templates: readonly PlacedTemplate[]; readonly world: OfflineWorld }> {
  const path = requireFilename(options);
  const text = await readInput(terminal, path);
  const world = await readWorld(options, terminal, text);
  const templates = parseStream(text, path)
    .flatMap(findPodTemplates)
    .map((template) => {
      const namespace = world.namespaceOf(template.namespace);
      const { kind, name } = template.workload;
      return { template, namespace, title: `${kind} ${namespace.name}/${name}` };
    });
  if (templates.length === 0)
    throw new OutriggerError("OUTRIGGER_INPUT_INVALID", `${path} holds no pod and no workload`);
  return { templates, world };
}
