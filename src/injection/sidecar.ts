/**
 * The sidecar of one pod: the built-in one under whatever the user or another webhook has written on a container of the
 * same name, and the volumes of both.
 */
import { initContainerName } from "../envoy/ports.ts";
import type { Container, Volume } from "../kubernetes/pod.ts";
import type { Parsed, Problem } from "../problem.ts";
import { parsed } from "../problem.ts";
import type { BuiltInContainer, BuiltInInput } from "./built-in-sidecar.ts";
import { buildSidecar, inItsPlace } from "./built-in-sidecar.ts";
import type { InjectionContext } from "./outcome.ts";
import { mergeOver } from "./overlays.ts";
import { planVolumes } from "./sidecar-volumes.ts";
import type { Fingerprints } from "./status.ts";

export interface SidecarInput extends Omit<BuiltInInput, "identityMount" | "holdMount"> {
  readonly context: InjectionContext;
  /** The application's own volumes. */
  readonly volumes: readonly Volume[];
  /** Fields that others have written on our containers; they win. */
  readonly proxyOverride: Partial<Container>;
  readonly initOverride: Partial<Container>;
}

export interface Sidecar {
  readonly proxy: Container;
  readonly init: Container | undefined;
  readonly volumes: readonly Volume[];
  /** Of the containers before what others have written. */
  readonly proxyFingerprints: Fingerprints;
  readonly initFingerprints: Fingerprints;
  readonly warnings: readonly string[];
}

function declaredBy(name: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, path: `container ${name} ${problem.path}`.trimEnd() }));
}

function isEmpty(override: Partial<Container>): boolean {
  return Object.keys(override).length === 0;
}

/** The built-in container, or a merged copy of it. */
function overrideContainer({ container }: BuiltInContainer, override: Partial<Container>): Parsed<Container> {
  if (isEmpty(override)) return parsed(container);
  const merged = mergeOver(container, override);
  return merged.ok ? merged : { ok: false, problems: declaredBy(container.name, merged.problems) };
}

function warnOfNeedlessInit(declared: Partial<Container>): readonly string[] {
  return isEmpty(declared)
    ? []
    : [`the pod declares ${initContainerName} and needs none, as no traffic is captured; it is left out`];
}

/** Makes the sidecar of one pod. */
export function createSidecar({
  context,
  volumes: taken,
  proxyOverride,
  initOverride,
  ...input
}: SidecarInput): Parsed<Sidecar> {
  const { settings } = input;
  const { volumes, identityMount, holdMount, warnings } = planVolumes(settings, context, taken);
  const built = buildSidecar(context, { ...input, identityMount, holdMount });
  if (!built.ok) return built;
  const proxy = overrideContainer(built.value.proxy, proxyOverride);
  if (!proxy.ok) return proxy;
  const init = built.value.init === undefined ? undefined : overrideContainer(built.value.init, initOverride);
  if (init?.ok === false) return init;
  return parsed({
    proxy: isEmpty(proxyOverride) ? proxy.value : inItsPlace(proxy.value, settings.nativeSidecar),
    init: init?.value,
    volumes,
    proxyFingerprints: built.value.proxy.fingerprints,
    initFingerprints: built.value.init?.fingerprints ?? {},
    warnings: [...warnings, ...(init === undefined ? warnOfNeedlessInit(initOverride) : [])],
  });
}
