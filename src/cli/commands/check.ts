/**
 * `outrigger check`: whether the cluster can run Outrigger, or Outrigger does its work in it, and what to do about it.
 */
import { OutriggerError } from "../../errors.ts";
import type { ManifestObject } from "../../installation/manifest.ts";
import { version } from "../../version.ts";
import { clusterOptions, readFormat, withCluster } from "../cluster.ts";
import type { Command, OptionValues } from "../command.ts";

/** What `--pre` asks about: all that an installation could bring, with the control plane only where that is asked for. */
async function objectsToInstall(options: OptionValues): Promise<readonly ManifestObject[]> {
  if (options["mesh"] !== undefined && options["pre"] === undefined) {
    throw new OutriggerError(
      "OUTRIGGER_USAGE",
      "--mesh has no meaning without --pre; of a mesh that runs, `check` looks at all",
    );
  }
  const { renderInstallation } = await import("../../installation/render-installation.ts");
  const mode = options["mesh"] === undefined ? "standalone" : "mesh";
  return renderInstallation({ highAvailability: true, image: undefined, meshConfig: `mode: ${mode}\n` });
}

export const check: Command = {
  name: "check",
  operands: "",
  summary: "Check that Outrigger works in the cluster, or with --pre that it can be installed; exits with 1 on errors.",
  options: {
    pre: { help: "before an installation: versions, rights, names" },
    mesh: { help: "with --pre: of one with the control plane" },
    output: { short: "o", value: "FORMAT", help: "json" },
    ...clusterOptions,
  },
  run: async ({ options, terminal }) => {
    const format = readFormat(options, ["json"]);
    const { evaluatePreflight, evaluateInstallation } = await import("../../diagnosis/evaluate.ts");
    const { collectPreflightFacts } = await import("../../diagnosis/preflight-facts.ts");
    const { collectInstallationFacts } = await import("../../diagnosis/installation-facts.ts");
    const { renderReport, reportData } = await import("../../diagnosis/render-report.ts");
    const { worst } = await import("../../diagnosis/check.ts");
    const toInstall = await objectsToInstall(options);
    const checks = await withCluster(options, terminal, async ({ api }) =>
      options["pre"] === undefined
        ? evaluateInstallation(await collectInstallationFacts(api), Date.now(), version)
        : evaluatePreflight(await collectPreflightFacts(api, toInstall)),
    );
    terminal.out(format === "json" ? `${JSON.stringify(reportData(checks), undefined, 2)}\n` : renderReport(checks));
    return worst(checks) === "error" ? 1 : 0;
  },
};
