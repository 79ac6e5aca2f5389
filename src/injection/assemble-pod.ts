/**
 * Puts the application's pod and its sidecar together: who stands where, and what is written on the pod about it.
 */
import { holdsByHook } from "./hold-application.ts";
import type { InjectionContext } from "./outcome.ts";
import { defaultContainerAnnotation, injectedLabel, statusAnnotation } from "./keys.ts";
import type { Container, Pod, PodSpec } from "../kubernetes/pod.ts";
import type { InjectionSettings } from "./settings.ts";
import { describeSidecar } from "./sidecar-status.ts";
import type { Sidecar } from "./sidecar.ts";
import type { InjectionStatus, OriginalParts } from "./status.ts";

export interface Assembly {
  /** The application's pod, with its probes rewritten. */
  readonly pod: Pod;
  /** Of an earlier pass, where there was one. */
  readonly status: InjectionStatus | undefined;
  readonly sidecar: Sidecar;
  readonly settings: InjectionSettings;
  readonly context: InjectionContext;
  /** Annotations to write in place of the application's. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly original: OriginalParts;
}

type Containers = Pick<PodSpec, "containers" | "initContainers">;

/**
 * Ours come before the user's own init containers, which so have a network. A native proxy comes first of all, so that the
 * init container can wait for it. A classic proxy that holds the application comes first among the containers, one that
 * does not comes last.
 */
function placeContainers({ pod: { spec }, sidecar: { proxy, init }, settings }: Assembly): Containers {
  const capture: readonly Container[] = init === undefined ? [] : [init];
  const initContainers = [...(settings.nativeSidecar ? [proxy] : []), ...capture, ...(spec.initContainers ?? [])];
  const containers = settings.nativeSidecar
    ? spec.containers
    : holdsByHook(settings)
      ? [proxy, ...spec.containers]
      : [...spec.containers, proxy];
  return initContainers.length > 0 ? { containers, initContainers } : { containers };
}

/** The list with what it lacks; the same list, or still none, where it lacks nothing. */
function extend<T>(list: readonly T[] | undefined, added: readonly T[]): readonly T[] | undefined {
  return added.length === 0 ? list : [...(list ?? []), ...added];
}

/** The pod's lists that may grow; one that is not there and need not be stays away. */
function extendLists(assembly: Assembly): Pick<PodSpec, "volumes" | "imagePullSecrets"> {
  const { pod, sidecar } = assembly;
  const volumes = extend(pod.spec.volumes, sidecar.volumes);
  const imagePullSecrets = extend(pod.spec.imagePullSecrets, missingPullSecrets(assembly));
  return {
    ...(volumes === undefined ? {} : { volumes }),
    ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
  };
}

function missingPullSecrets({ pod, context }: Assembly): readonly { readonly name: string }[] {
  const present = new Set((pod.spec.imagePullSecrets ?? []).map(({ name }) => name));
  return context.config.proxy.imagePullSecrets.filter((name) => !present.has(name)).map((name) => ({ name }));
}

/**
 * kubectl then talks to the application, not to whichever container comes first. What an earlier pass chose stays: a
 * container that another webhook has put first since is no application.
 */
function defaultContainer({ pod, status }: Assembly): Readonly<Record<string, string>> {
  if (pod.metadata?.annotations?.[defaultContainerAnnotation] !== undefined) return {};
  const { containers } = pod.spec;
  const before = status?.annotations[defaultContainerAnnotation];
  const chosen = containers.find(({ name }) => name === before) ?? containers[0];
  return chosen === undefined ? {} : { [defaultContainerAnnotation]: chosen.name };
}

function names(items: readonly { readonly name: string }[]): readonly string[] {
  return items.map(({ name }) => name);
}

function describe(assembly: Assembly, annotations: Readonly<Record<string, string>>): InjectionStatus {
  const { pod, sidecar, settings, context, original } = assembly;
  const labels = pod.metadata?.labels ?? {};
  return {
    version: context.version,
    config: context.configHash,
    volumes: names(sidecar.volumes),
    imagePullSecrets: names(missingPullSecrets(assembly)),
    labels: Object.hasOwn(labels, injectedLabel) ? [] : [injectedLabel],
    annotations,
    ...(context.config.mode === "mesh" ? { mesh: describeSidecar(settings) } : {}),
    original,
    proxy: sidecar.proxyFingerprints,
    init: sidecar.initFingerprints,
  };
}

/** The injected pod; every part that does not change is the application's own object. */
export function assemblePod(assembly: Assembly): Pod {
  const { pod } = assembly;
  const written = { ...assembly.annotations, ...defaultContainer(assembly) };
  const status = JSON.stringify(describe(assembly, written));
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...pod.metadata?.labels, [injectedLabel]: "true" },
      annotations: { ...pod.metadata?.annotations, ...written, [statusAnnotation]: status },
    },
    spec: {
      ...pod.spec,
      ...placeContainers(assembly),
      ...extendLists(assembly),
    },
  };
}
