/**
 * `outrigger uninstall`: everything that an installation brought goes, and no pod's creation fails on the way.
 */
import { systemClock } from "../../clock.ts";
import { OutriggerError } from "../../errors.ts";
import type { ManifestObject } from "../../installation/manifest.ts";
import { describeObject, objectPath } from "../../installation/manifest.ts";
import { probeNamespace, systemNamespace } from "../../installation/names.ts";
import { injectionLabel } from "../../injection/keys.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { clusterOptions, withCluster } from "../cluster.ts";
import type { Command, OptionValues, Terminal } from "../command.ts";

function lines(texts: readonly string[]): string {
  return texts.map((text) => `  ${text}\n`).join("");
}

/** Pods that keep their sidecars. */
async function tellOfPods(api: KubernetesApi, { out }: Terminal): Promise<void> {
  const { countSidecars, describeCounts, totalOf } = await import("../../installation/sidecars-in-use.ts");
  const counts = await countSidecars(api);
  if (counts.size === 0) return;
  out(`${totalOf(counts)} pods keep their sidecars and go on running; made anew they come without:\n`);
  out(lines(describeCounts(counts)));
  out("  kubectl -n NAMESPACE rollout restart deployment,statefulset,daemonset\n");
}

async function tellOfNamespaces(api: KubernetesApi, { out }: Terminal): Promise<void> {
  const { readNamespaces } = await import("../../diagnosis/read-cluster.ts");
  const labelled = (await readNamespaces(api)).filter(
    ({ name, labels }) => labels[injectionLabel] !== undefined && name !== systemNamespace && name !== probeNamespace,
  );
  if (labelled.length === 0) return;
  out(`${labelled.length} namespaces keep their label, which has no effect any more: `);
  out(`kubectl label namespace ${labelled.map(({ name }) => name).join(" ")} ${injectionLabel}-\n`);
}

/** What stays as it is, and is its owner's to change. */
async function tellWhatStays(api: KubernetesApi, options: OptionValues, terminal: Terminal): Promise<void> {
  if (options["crds"] === undefined) {
    const { readDefinitions } = await import("../../installation/definitions.ts");
    for (const { object, written } of await readDefinitions(api)) {
      terminal.out(
        `${describeObject(object)} stays, with what has been written of its kind (${written}); --crds removes both\n`,
      );
    }
  }
  if (options["mesh"] !== undefined) return;
  await tellOfPods(api, terminal);
  await tellOfNamespaces(api, terminal);
}

/** What goes, and with it. */
async function tellWhatGoes(api: KubernetesApi, objects: readonly ManifestObject[], { out }: Terminal): Promise<void> {
  const { findObject } = await import("../../installation/apply-object.ts");
  const { readDefinitions } = await import("../../installation/definitions.ts");
  const written = new Map(
    (await readDefinitions(api)).map(({ object, written: count }) => [describeObject(object), count]),
  );
  for (const object of objects) {
    const name = describeObject(object);
    if ((await findObject(api, objectPath(object))) === undefined) continue;
    const count = written.get(name);
    const all = count === undefined ? "" : `, with all objects of its kind in the cluster (${count})`;
    out(`${name} would be removed${object.kind === "Namespace" ? ", with everything that is in it" : all}\n`);
  }
}

/** What would keep the control plane from being removed. */
async function tellWhatNeedsIt(api: KubernetesApi, options: OptionValues, { out }: Terminal): Promise<void> {
  if (options["abandon-sidecars"] !== undefined) return;
  const { countSidecars, describeCounts, describePods } = await import("../../installation/sidecars-in-use.ts");
  const counts = await countSidecars(api, "mesh");
  if (counts.size === 0) return;
  out(`nothing would be removed as long as the sidecars of ${describePods(counts)} need the control plane:\n`);
  out(lines(describeCounts(counts)));
}

/** Where the mesh config asks for it, the injector goes on making sidecars that wait for the control plane. */
async function assertStandalone(api: KubernetesApi): Promise<void> {
  const { attempt, valueOf } = await import("../../diagnosis/attempt.ts");
  const { readConfigMap } = await import("../../diagnosis/read-cluster.ts");
  const { readMeshConfig } = await import("../../diagnosis/live-context.ts");
  const config = valueOf(await attempt(async () => readMeshConfig(await readConfigMap(api))));
  if (config?.ok !== true || config.value.mode !== "mesh") return;
  throw new OutriggerError("OUTRIGGER_CONTROL_PLANE_IN_USE", "the mesh config says `mode: mesh`");
}

export const uninstall: Command = {
  name: "uninstall",
  operands: "",
  summary: "Remove Outrigger from the cluster; pods that run keep their sidecars.",
  options: {
    yes: { help: "do it; without it only what would be removed is told" },
    "dry-run": { help: "tell what would be removed, also with --yes" },
    mesh: { help: "the control plane only; the injector stays, and makes sidecars that work by themselves" },
    crds: {
      help: "also the CRDs, which deletes every MeshTLS, TrafficPolicy or other object of these kinds in the whole cluster",
    },
    "abandon-sidecars": {
      help: "also if sidecars still need the control plane; they work until their certificates expire",
    },
    ...clusterOptions,
  },
  run: async ({ options, terminal }) => {
    const { isDefinition, planControlPlaneRemoval, planRemoval, stepsOf } =
      await import("../../installation/removal-plan.ts");
    const { uninstall: remove, uninstallControlPlane } = await import("../../installation/uninstall.ts");
    const { allShippedObjects } = await import("../../installation/render-installation.ts");
    const { defaultTimes } = await import("../../installation/progress.ts");
    const objects = allShippedObjects().filter((object) => options["crds"] !== undefined || !isDefinition(object));
    const meshOnly = options["mesh"] !== undefined;
    return withCluster(options, terminal, async ({ api }) => {
      if (options["dry-run"] !== undefined || options["yes"] === undefined) {
        const plan = planControlPlaneRemoval(objects);
        await tellWhatGoes(
          api,
          meshOnly ? [...plan.deployments, ...plan.rest] : stepsOf(planRemoval(objects)),
          terminal,
        );
        await tellWhatNeedsIt(api, options, terminal);
        await tellWhatStays(api, options, terminal);
        terminal.err("nothing was removed; --yes does it\n");
        return options["dry-run"] === undefined ? 1 : 0;
      }
      const tell = (line: string): void => {
        terminal.err(`${line}\n`);
      };
      const undertaking = { api, clock: systemClock, tell, times: defaultTimes };
      const how = { abandonSidecars: options["abandon-sidecars"] !== undefined };
      if (meshOnly) await assertStandalone(api);
      const removed = await (meshOnly ? uninstallControlPlane : remove)(undertaking, objects, how);
      terminal.err(removed === 0 ? "there was nothing to remove\n" : `${removed} objects removed\n`);
      await tellWhatStays(api, options, terminal);
      return 0;
    });
  },
};
