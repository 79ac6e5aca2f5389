/**
 * `outrigger uninstall`: everything that an installation brought goes, and no pod's creation fails on the way.
 */
import { systemClock } from "../../clock.ts";
import { describeObject } from "../../installation/manifest.ts";
import { probeNamespace, systemNamespace } from "../../installation/names.ts";
import { injectionLabel } from "../../injection/keys.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { clusterOptions, withCluster } from "../cluster.ts";
import type { Command, Terminal } from "../command.ts";

/** More workloads than these are a number. */
const mostWorkloads = 20;

/** What stays as it is, and is its owner's to change. */
async function tellWhatStays(api: KubernetesApi, { out }: Terminal): Promise<void> {
  const { countInjectedPods } = await import("../../installation/uninstall.ts");
  const { readNamespaces } = await import("../../diagnosis/read-cluster.ts");
  const counts = await countInjectedPods(api);
  const pods = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (pods > 0) {
    out(`${pods} pods keep their sidecars and go on running; made anew they come without:\n`);
    const lines = [...counts].sort().map(([workload, count]) => `  ${workload} (${count})\n`);
    out(lines.slice(0, mostWorkloads).join(""));
    if (lines.length > mostWorkloads) out(`  and ${lines.length - mostWorkloads} more workloads\n`);
    out("  kubectl -n NAMESPACE rollout restart deployment,statefulset,daemonset\n");
  }
  const labelled = (await readNamespaces(api)).filter(
    ({ name, labels }) => labels[injectionLabel] !== undefined && name !== systemNamespace && name !== probeNamespace,
  );
  if (labelled.length > 0) {
    out(`${labelled.length} namespaces keep their label, which has no effect any more: `);
    out(`kubectl label namespace ${labelled.map(({ name }) => name).join(" ")} ${injectionLabel}-\n`);
  }
}

export const uninstall: Command = {
  name: "uninstall",
  operands: "",
  summary: "Remove Outrigger from the cluster; pods that run keep their sidecars.",
  options: {
    yes: { help: "do it; without it only what would be removed is told" },
    "dry-run": { help: "tell what would be removed, also with --yes" },
    ...clusterOptions,
  },
  run: async ({ options, terminal }) => {
    const { planRemoval, stepsOf, uninstall: remove } = await import("../../installation/uninstall.ts");
    const { findObject } = await import("../../installation/apply-object.ts");
    const { allShippedObjects } = await import("../../installation/render-installation.ts");
    const { objectPath } = await import("../../installation/manifest.ts");
    const { defaultTimes } = await import("../../installation/progress.ts");
    const objects = allShippedObjects();
    return withCluster(options, terminal, async ({ api }) => {
      if (options["dry-run"] !== undefined || options["yes"] === undefined) {
        for (const object of stepsOf(planRemoval(objects))) {
          const found = (await findObject(api, objectPath(object))) !== undefined;
          const all = object.kind === "Namespace" ? ", with everything that is in it" : "";
          if (found) terminal.out(`${describeObject(object)} would be removed${all}\n`);
        }
        await tellWhatStays(api, terminal);
        terminal.err("nothing was removed; --yes does it\n");
        return options["dry-run"] === undefined ? 1 : 0;
      }
      const tell = (line: string): void => {
        terminal.err(`${line}\n`);
      };
      const removed = await remove({ api, clock: systemClock, tell, times: defaultTimes }, objects);
      terminal.err(removed === 0 ? "there was nothing to remove\n" : `${removed} objects removed\n`);
      await tellWhatStays(api, terminal);
      return 0;
    });
  },
};
