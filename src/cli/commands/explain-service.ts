/** `outrigger explain svc/NAME`: what the mesh makes of Services, of manifests or of what is in a cluster. */
import type { MeshConfig } from "../../config/schema.ts";
import { OutriggerError } from "../../errors.ts";
import { systemNamespace } from "../../installation/names.ts";
import { formatProblem } from "../../problem.ts";
import type { ServiceExplanation } from "../../route-lookup/explain-service.ts";
import type { FoundObjects } from "../../route-lookup/read-objects.ts";
import { withCluster } from "../cluster.ts";
import type { Invocation } from "../command.ts";
import { optionOf } from "../command.ts";
import { readConfig, readInput } from "../offline-world.ts";
import type { DataFormat } from "../render-data.ts";
import { renderData } from "../render-data.ts";

const form = /^(?:service|services|svc)\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/i;

/** The name of a Service that is asked about; undefined where something else is. */
export function serviceNameOf(target: string): string | undefined {
  return form.exec(target)?.[1];
}

interface Found extends FoundObjects {
  readonly namespace: string;
  readonly config: MeshConfig;
}

async function find({ options, terminal }: Invocation): Promise<Found> {
  const { readCluster, readClusterConfig, readManifests, serviceKinds } =
    await import("../../route-lookup/read-objects.ts");
  const files = options["filename"] ?? [];
  const given = optionOf(options, "namespace");
  if (files.length === 0) {
    return withCluster(options, terminal, async ({ api, namespace }) => ({
      namespace: given ?? namespace,
      config: await readClusterConfig(api),
      ...(await readCluster(api, serviceKinds)),
    }));
  }
  const texts: { readonly file: string; readonly text: string }[] = [];
  for (const file of files) texts.push({ file, text: await readInput(terminal, file) });
  const config = await readConfig(terminal, optionOf(options, "config"));
  return { namespace: given ?? "default", config, ...readManifests(texts, serviceKinds) };
}

export async function explainServices(
  invocation: Invocation,
  names: readonly string[],
  format: DataFormat | undefined,
): Promise<number> {
  const { terminal } = invocation;
  const { namespace, config, changes, problems } = await find(invocation);
  for (const problem of problems) terminal.err(`warning: ${formatProblem(problem)}\n`);
  const { meshOf } = await import("../../route-lookup/answer.ts");
  const { explainService } = await import("../../route-lookup/explain-service.ts");
  const { renderService } = await import("../../route-lookup/render-service.ts");
  const { controlPlaneSettings } = await import("../../serve/mesh-settings.ts");
  const lookup = meshOf(changes, controlPlaneSettings(config, systemNamespace).mesh);
  const explanations = names.map((name): ServiceExplanation => {
    const explanation = explainService(lookup, changes, namespace, name);
    if (explanation !== undefined) return explanation;
    throw new OutriggerError("OUTRIGGER_OBJECT_NOT_FOUND", `Service ${namespace}/${name}`);
  });
  terminal.out(format === undefined ? explanations.map(renderService).join("\n") : renderData(explanations, format));
  return 0;
}
