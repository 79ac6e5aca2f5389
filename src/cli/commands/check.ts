/**
 * `outrigger check`: whether the cluster can run Outrigger, or Outrigger does its work in it, and what to do about it.
 */
import { version } from "../../version.ts";
import { clusterOptions, readFormat, withCluster } from "../cluster.ts";
import type { Command } from "../command.ts";

export const check: Command = {
  name: "check",
  operands: "",
  summary: "Check that Outrigger works in the cluster, or with --pre that it can be installed; exits with 1 on errors.",
  options: {
    pre: { help: "before an installation: versions, rights, names" },
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
    const checks = await withCluster(options, terminal, async ({ api }) =>
      options["pre"] === undefined
        ? evaluateInstallation(await collectInstallationFacts(api), Date.now(), version)
        : evaluatePreflight(await collectPreflightFacts(api)),
    );
    terminal.out(format === "json" ? `${JSON.stringify(reportData(checks), undefined, 2)}\n` : renderReport(checks));
    return worst(checks) === "error" ? 1 : 0;
  },
};
