/**
 * `outrigger routes`: the rules for a Service's requests in the order in which sidecars try them, which one takes a request,
 * and where its TCP connections go; of manifests without a cluster, or of what is in one.
 */
import type { MeshConfig } from "../../config/schema.ts";
import { OutriggerError } from "../../errors.ts";
import { systemNamespace } from "../../installation/names.ts";
import type { Parsed } from "../../problem.ts";
import { formatProblem } from "../../problem.ts";
import type { FoundObjects } from "../../route-lookup/read-objects.ts";
import type { Question } from "../../route-lookup/question.ts";
import { parseRequest, parseServiceQuestion } from "../../route-lookup/question.ts";
import { clusterOptions, readFormat, withCluster } from "../cluster.ts";
import type { Command, Invocation } from "../command.ts";
import { optionOf } from "../command.ts";
import { readConfig, readInput } from "../offline-world.ts";
import { dataFormats, renderData } from "../render-data.ts";

function accept<T>(result: Parsed<T>): T {
  if (result.ok) return result.value;
  throw new OutriggerError("OUTRIGGER_USAGE", result.problems.map(formatProblem).join(", "));
}

function readQuestion({ options, positionals }: Invocation, fallbackNamespace: string): Question {
  const [text, ...others] = positionals;
  if (text === undefined || others.length > 0) throw new OutriggerError("OUTRIGGER_USAGE", "name one Service");
  const about = accept(parseServiceQuestion(text, fallbackNamespace));
  const request = accept(
    parseRequest({
      method: optionOf(options, "method"),
      path: optionOf(options, "path"),
      headers: options["header"] ?? [],
    }),
  );
  return { about, from: optionOf(options, "from") ?? about.namespace, request };
}

interface Found extends FoundObjects {
  readonly question: Question;
  readonly config: MeshConfig;
}

async function findInManifests(invocation: Invocation, files: readonly string[]): Promise<Found> {
  const { options, terminal } = invocation;
  const { readManifests } = await import("../../route-lookup/read-objects.ts");
  const question = readQuestion(invocation, "default");
  const texts: string[] = [];
  for (const file of files) texts.push(await readInput(terminal, file));
  const found = readManifests(files.map((file, index) => ({ file, text: texts[index] ?? "" })));
  return { question, config: await readConfig(terminal, optionOf(options, "config")), ...found };
}

async function findInCluster(invocation: Invocation): Promise<Found> {
  const { options, terminal } = invocation;
  const { readCluster, readClusterConfig } = await import("../../route-lookup/read-objects.ts");
  const given = optionOf(options, "config");
  return withCluster(options, terminal, async ({ api, namespace }) => ({
    question: readQuestion(invocation, namespace),
    config: given === undefined ? await readClusterConfig(api) : await readConfig(terminal, given),
    ...(await readCluster(api)),
  }));
}

export const routes: Command = {
  name: "routes",
  operands: "[NAMESPACE/]SERVICE[:PORT]",
  summary:
    "Show the rules for a Service's requests in the order in which sidecars try them, which one takes a request (--method, --path, --header), and where its TCP connections go; of manifests (-f), or of what is in the cluster.",
  options: {
    filename: { short: "f", value: "FILE", multiple: true, help: "manifests, YAML or JSON; - for the standard input" },
    method: { value: "METHOD", help: "of the request (GET)" },
    path: { value: "PATH", help: "of the request, with its query (/)" },
    header: { value: "NAME=VALUE", multiple: true, help: "of the request" },
    from: { value: "NAMESPACE", help: "where the client runs (the Service's namespace)" },
    config: { value: "FILE", help: "mesh config; the built-in defaults without it" },
    output: { short: "o", value: "FORMAT", help: "json or yaml" },
    ...clusterOptions,
  },
  run: async (invocation) => {
    const { options, terminal } = invocation;
    const format = readFormat(options, dataFormats);
    const files = options["filename"] ?? [];
    const found = files.length > 0 ? await findInManifests(invocation, files) : await findInCluster(invocation);
    for (const problem of found.problems) terminal.err(`warning: ${formatProblem(problem)}\n`);
    const { namespace, service } = found.question.about;
    if (!found.changes.some(({ kind, key }) => kind === "service" && key === `${namespace}/${service}`)) {
      throw new OutriggerError("OUTRIGGER_OBJECT_NOT_FOUND", `Service ${namespace}/${service}`);
    }
    const { answer, meshOf } = await import("../../route-lookup/answer.ts");
    const { renderAnswer } = await import("../../route-lookup/render-answer.ts");
    const { controlPlaneSettings } = await import("../../serve/mesh-settings.ts");
    const { mesh: settings } = controlPlaneSettings(found.config, systemNamespace);
    const answered = answer(meshOf(found.changes, settings), found.question);
    terminal.out(format === undefined ? renderAnswer(answered) : renderData(answered, format));
    return 0;
  },
};
