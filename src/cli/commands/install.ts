/**
 * `outrigger install`: from nothing, or from any version, to this version. Most of it is imported only when it is asked
 * for, since the manifests are read with it.
 */
import { stringify } from "yaml";
import { OutriggerError } from "../../errors.ts";
import type { ManifestObject } from "../../installation/manifest.ts";
import { meshConfigKey, meshConfigMap, systemNamespace } from "../../installation/names.ts";
import type { Attempt } from "../../diagnosis/attempt.ts";
import type { ConfigMap } from "../../diagnosis/live-context.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { systemClock } from "../../clock.ts";
import { clusterOptions, readFormat, readSeconds, withCluster } from "../cluster.ts";
import type { Command, Invocation, OptionValues, Terminal } from "../command.ts";
import { optionOf } from "../command.ts";
import { readInput } from "../offline-world.ts";

/** The objects to be installed, given the mesh config that the cluster has. */
type Render = (live: string | undefined) => readonly ManifestObject[];

function readAssignments(options: OptionValues): readonly string[] {
  const set = options["set"] ?? [];
  if (options["mesh"] === undefined) return set;
  if (set.some((assignment) => assignment.startsWith("mode="))) {
    throw new OutriggerError("OUTRIGGER_USAGE", "--mesh sets the mode, and so does --set mode; give one of them");
  }
  return [...set, "mode=mesh"];
}

async function rendering(options: OptionValues, terminal: Terminal): Promise<Render> {
  const { chooseMeshConfig } = await import("../../installation/choose-mesh-config.ts");
  const { renderInstallation } = await import("../../installation/render-installation.ts");
  const file = optionOf(options, "config");
  const given = file === undefined ? undefined : await readInput(terminal, file);
  const assignments = readAssignments(options);
  return (live) =>
    renderInstallation({
      highAvailability: options["ha"] !== undefined,
      image: optionOf(options, "image"),
      meshConfig: chooseMeshConfig({ given, live, assignments }),
    });
}

async function readLiveMeshConfig(api: KubernetesApi): Promise<Attempt<string | undefined>> {
  const { attempt } = await import("../../diagnosis/attempt.ts");
  const path = `/api/v1/namespaces/${systemNamespace}/configmaps/${meshConfigMap}`;
  return attempt(async () => (await api.request<ConfigMap>({ method: "GET", path })).data?.[meshConfigKey]);
}

/** Nothing is begun that cannot be finished. */
async function assertPossible(
  api: KubernetesApi,
  objects: readonly ManifestObject[],
  terminal: Terminal,
): Promise<void> {
  const { evaluatePreflight } = await import("../../diagnosis/evaluate.ts");
  const { collectPreflightFacts } = await import("../../diagnosis/preflight-facts.ts");
  for (const { status, message, details, fix } of evaluatePreflight(await collectPreflightFacts(api, objects))) {
    if (status === "warning") terminal.err(`warning: ${message}; ${fix ?? ""}\n`);
    if (status !== "error") continue;
    const lines = [message, ...details.map((detail) => `  - ${detail}`), `  ${fix ?? ""}`];
    throw new OutriggerError("OUTRIGGER_PREFLIGHT_FAILED", lines.join("\n"));
  }
}

function printManifests(objects: readonly ManifestObject[], terminal: Terminal): void {
  // Kubernetes reads YAML 1.1, in which `on` and `yes` need quotes.
  terminal.out(objects.map((object) => stringify(object, { version: "1.1", lineWidth: 120 })).join("---\n"));
}

/** What an installation is to know of the cluster, and what it brings. */
interface Prepared {
  readonly objects: readonly ManifestObject[];
  readonly liveMeshConfig: string | undefined;
}

async function prepare(api: KubernetesApi, render: Render, terminal: Terminal): Promise<Prepared> {
  const live = await readLiveMeshConfig(api);
  const liveMeshConfig = live.state === "known" ? live.value : undefined;
  const objects = render(liveMeshConfig);
  await assertPossible(api, objects, terminal);
  // Said only now, since the rights that are lacking say more.
  if (live.state === "unknown") throw new OutriggerError("OUTRIGGER_KUBERNETES_REFUSED", live.why);
  return { objects, liveMeshConfig };
}

async function installInCluster({ options, terminal }: Invocation, render: Render): Promise<void> {
  const { install } = await import("../../installation/install.ts");
  const { assertMayChangeMode, tellOfOtherSidecars } = await import("../../installation/mode-change.ts");
  const { defaultTimes } = await import("../../installation/progress.ts");
  const dryRun = options["dry-run"] !== undefined;
  const saysConfig = ["config", "set", "mesh"].some((name) => options[name] !== undefined);
  const rolloutMs = readSeconds(options, "timeout") ?? defaultTimes.rolloutMs;
  await withCluster(options, terminal, async ({ api }) => {
    const { objects, liveMeshConfig } = await prepare(api, render, terminal);
    await assertMayChangeMode(api, objects, liveMeshConfig);
    const tell = (line: string): void => {
      (dryRun ? terminal.out : terminal.err)(`${line}\n`);
    };
    await install({ api, clock: systemClock, tell, times: { ...defaultTimes, rolloutMs } }, objects, {
      dryRun,
      liveMeshConfig,
      force: options["force-conflicts"] !== undefined,
      forced: ({ kind, metadata }) => saysConfig && kind === "ConfigMap" && metadata.name === meshConfigMap,
    });
    if (!dryRun) await tellOfOtherSidecars(api, objects, tell);
  });
}

export const install: Command = {
  name: "install",
  operands: "",
  summary: "Install Outrigger in the cluster, or bring what is installed to this version.",
  options: {
    "dry-run": { help: "let the API server check everything, keep nothing, and tell what would change" },
    output: { short: "o", value: "FORMAT", help: "yaml: print the objects and touch no cluster" },
    mesh: { help: "with the control plane, which configures the sidecars: sets `mode: mesh` in the mesh config" },
    config: { value: "FILE", help: "mesh config; without it the cluster's own stays, or the shipped one begins" },
    set: { value: "PATH=VALUE", multiple: true, help: "set one field of the mesh config" },
    ha: { help: "three replicas on three nodes; no pod of a labelled namespace without its sidecar" },
    image: { value: "IMAGE", help: "image of injector and control plane, e.g. from a registry of your own" },
    "force-conflicts": { help: "take over fields that others have set" },
    timeout: { value: "SECONDS", help: "how long replicas may take to come up (300)" },
    ...clusterOptions,
  },
  run: async (invocation) => {
    const { options, terminal } = invocation;
    const format = readFormat(options, ["yaml"]);
    const render = await rendering(options, terminal);
    if (format === "yaml") {
      printManifests(render(undefined), terminal);
      return 0;
    }
    await installInCluster(invocation, render);
    const dryRun = options["dry-run"] !== undefined;
    terminal.err(
      dryRun
        ? "nothing was changed\n"
        : "installed; label a namespace: kubectl label namespace NAME outrigger.dev/injection=enabled\n",
    );
    return 0;
  },
};
