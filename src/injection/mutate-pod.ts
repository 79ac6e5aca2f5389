/**
 * From a pod that is to be injected to the injected pod. A pod that was injected before is first taken back to what its
 * author wrote, so that both go the same way.
 */
import type { Container, Pod } from "../kubernetes/pod.ts";
import type { Problem } from "../problem.ts";
import { checkArgumentSizes } from "./argument-sizes.ts";
import { assemblePod } from "./assemble-pod.ts";
import type { DeclaredSidecar } from "./declared-sidecar.ts";
import { overrideOf, takeDeclaredSidecar } from "./declared-sidecar.ts";
import { foreignFields } from "./fingerprints.ts";
import type { InjectionContext } from "./outcome.ts";
import type { Overlay } from "./overlays.ts";
import { overlayPod, splitOverlay } from "./overlays.ts";
import { restorePod } from "./restore-pod.ts";
import { rewriteMetrics } from "./rewrite-metrics.ts";
import type { RewrittenProbes } from "./rewrite-probes.ts";
import { rewriteProbes } from "./rewrite-probes.ts";
import type { RejectReason } from "./reasons.ts";
import type { InjectionSettings } from "./settings.ts";
import { createSidecar } from "./sidecar.ts";
import type { InjectionStatus, OriginalParts } from "./status.ts";

export interface MutationInput {
  readonly pod: Pod;
  /** Of an earlier pass, where there was one. */
  readonly status: InjectionStatus | undefined;
  readonly settings: InjectionSettings;
  readonly namespace: string;
  /** Name of the workload that the pod belongs to. */
  readonly workload: string;
  readonly context: InjectionContext;
}

export type Mutation =
  | { readonly ok: true; readonly pod: Pod; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly reason: RejectReason; readonly problems: readonly Problem[] };

interface Override {
  readonly proxy: Partial<Container>;
  readonly init: Partial<Container>;
  /** Our containers as the user declared them at first, to be kept for `uninject`. */
  readonly declared: Pick<OriginalParts, "proxy" | "init">;
}

/** What others want of our containers: on a first pass all that they declare, later only what is not as we left it. */
function readOverride(found: DeclaredSidecar, status: InjectionStatus | undefined): Override {
  const wanted = (which: "proxy" | "init"): Partial<Container> => {
    const container = found[which]?.container;
    if (container === undefined) return {};
    return overrideOf(foreignFields(container, status?.[which] ?? {}));
  };
  const { proxy, init } = status?.original ?? found;
  const declared = { ...(proxy === undefined ? {} : { proxy }), ...(init === undefined ? {} : { init }) };
  return { proxy: wanted("proxy"), init: wanted("init"), declared };
}

const noProbes = { targets: [], originals: {}, warnings: [] } as const;

interface ProbedPod {
  readonly pod: Pod;
  readonly probes: Omit<RewrittenProbes, "containers">;
}

function rewritePodProbes(pod: Pod, { capture, rewriteProbes: wanted }: InjectionSettings): ProbedPod {
  if (!wanted) return { pod, probes: noProbes };
  const initContainers = pod.spec.initContainers ?? [];
  const { containers, ...probes } = rewriteProbes([...initContainers, ...pod.spec.containers], capture);
  if (probes.targets.length === 0) return { pod, probes };
  const spec = {
    ...pod.spec,
    containers: containers.slice(initContainers.length),
    ...(initContainers.length > 0 ? { initContainers: containers.slice(0, initContainers.length) } : {}),
  };
  return { pod: { ...pod, spec }, probes };
}

function replacedAnnotations(pod: Pod, written: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const present = pod.metadata?.annotations ?? {};
  return Object.fromEntries(
    Object.keys(written).flatMap((key) => (present[key] === undefined ? [] : [[key, present[key]]])),
  );
}

function chooseOverlays({ settings, context }: MutationInput): readonly Overlay[] {
  const { overlays } = context.config;
  return settings.overlays
    .filter((name) => Object.hasOwn(overlays, name))
    .map((name) => splitOverlay(name, overlays[name]));
}

/** Makes the injected pod, or says why an overlay or a declared container cannot be merged. */
export function mutatePod(input: MutationInput): Mutation {
  const { settings, status, namespace, workload, context } = input;
  const taken = takeDeclaredSidecar(input.pod);
  if (!taken.ok) return { ...taken, reason: "invalid-pod" };
  const override = readOverride(taken.value, status);
  const restored = status === undefined ? taken.value.pod : restorePod(taken.value.pod, status);
  const overlays = chooseOverlays(input);
  const overlaid = overlayPod(restored, overlays);
  if (!overlaid.ok) return { ...overlaid, reason: "invalid-overlay" };
  const application = overlaid.value;
  const { pod, probes } = rewritePodProbes(application, settings);
  const metrics = rewriteMetrics(
    application.metadata?.annotations ?? {},
    application.spec.containers,
    settings.capture,
  );
  const sidecar = createSidecar({
    settings,
    context,
    overlays,
    namespace,
    workload,
    probes: probes.targets,
    metrics: metrics.target,
    volumes: application.spec.volumes ?? [],
    proxyOverride: override.proxy,
    initOverride: override.init,
  });
  if (!sidecar.ok) return { ...sidecar, reason: "invalid-overlay" };
  const { proxy, init } = sidecar.value;
  const tooLong = [proxy, ...(init === undefined ? [] : [init])].flatMap(checkArgumentSizes);
  if (tooLong.length > 0) return { ok: false, reason: "invalid-setting", problems: tooLong };
  const original: OriginalParts = {
    handlers: probes.originals,
    annotations: replacedAnnotations(application, metrics.annotations),
    ...override.declared,
  };
  return {
    ok: true,
    pod: assemblePod({
      pod,
      status,
      sidecar: sidecar.value,
      settings,
      context,
      annotations: metrics.annotations,
      original,
    }),
    warnings: [...probes.warnings, ...metrics.warnings, ...sidecar.value.warnings],
  };
}
