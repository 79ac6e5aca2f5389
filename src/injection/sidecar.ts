/**
 * The sidecar of one pod: its two containers and their volumes. Built-in first, then the overlays, then whatever the
 * user or another webhook has written on a container of the same name.
 */
import { createHmac } from "node:crypto";
import { memoize } from "../bounded-memo.ts";
import type { BootstrapInput, MetricsTarget, ProbeTarget } from "../envoy/bootstrap-input.ts";
import { createBootstrap } from "../envoy/create-bootstrap.ts";
import { initContainerName } from "../envoy/ports.ts";
import type { ProxyProcess } from "../envoy/proxy-arguments.ts";
import { createProxyArguments } from "../envoy/proxy-arguments.ts";
import type { Container, Volume } from "../kubernetes/pod.ts";
import type { Parsed, Problem } from "../problem.ts";
import { parsed } from "../problem.ts";
import { fingerprintsOf } from "./fingerprints.ts";
import { identityDirectory, tokenPath } from "./identity-volume.ts";
import { createInitContainer, needsInitContainer } from "./init-container.ts";
import type { InjectionContext } from "./outcome.ts";
import type { Overlay } from "./overlays.ts";
import { mergeOver, overlayContainer } from "./overlays.ts";
import { createProxyContainer } from "./proxy-container.ts";
import type { InjectionSettings } from "./settings.ts";
import { planVolumes } from "./sidecar-volumes.ts";
import type { Fingerprints } from "./status.ts";

export interface SidecarInput {
  readonly settings: InjectionSettings;
  readonly context: InjectionContext;
  readonly overlays: readonly Overlay[];
  readonly namespace: string;
  /** Name of the workload that the pod belongs to, e.g. of its Deployment. */
  readonly workload: string;
  readonly probes: readonly ProbeTarget[];
  readonly metrics: MetricsTarget | undefined;
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

/** A path that nobody outside the cluster's administration can guess: whoever knows it can drain the pod. */
function drainPathOf({ context, namespace, workload }: SidecarInput): string {
  const secret = createHmac("sha256", context.drainKey).update(`${namespace}/${workload}`).digest("hex");
  return `/drain/${secret.slice(0, 32)}`;
}

/** All that Envoy's command line depends on. */
interface ArgumentsInput {
  readonly bootstrap: BootstrapInput;
  readonly process: ProxyProcess;
}

/** Enough for the workloads of a busy cluster; an entry is about 30 KB. */
const rememberedArguments = 256;

const renderArguments = memoize(
  ({ bootstrap, process }: ArgumentsInput) => createProxyArguments(createBootstrap(bootstrap), process),
  (input) => JSON.stringify(input),
  rememberedArguments,
);

function createArguments(input: SidecarInput, drainPath: string): readonly string[] {
  const { settings, context, probes, metrics, workload } = input;
  const { config } = context;
  return renderArguments({
    bootstrap: {
      controlPlane:
        config.mode === "mesh" ? { ...config.controlPlane, tokenPath, trustDirectory: identityDirectory } : undefined,
      interceptionMode: settings.capture.mode,
      ipFamilies: settings.capture.ipFamilies,
      trustDomain: config.trustDomain,
      workload,
      opaquePorts: settings.opaquePorts,
      accessLog: settings.accessLog,
      tracing: config.tracing === null ? undefined : { ...config.tracing, samplingPercent: settings.traceSampling },
      probes,
      metrics,
      drainPath,
      drainSeconds: settings.drainSeconds,
    },
    process: {
      logLevel: settings.logLevel,
      concurrency: settings.concurrency,
      drainSeconds: settings.drainSeconds,
    },
  });
}

function declaredBy(name: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, path: `container ${name} ${problem.path}`.trimEnd() }));
}

interface Layered {
  readonly container: Container;
  readonly fingerprints: Fingerprints;
}

function layer(
  builtIn: Container,
  overlays: readonly Overlay[],
  which: "proxy" | "init",
  override: Partial<Container>,
): Parsed<Layered> {
  const overlaid = overlayContainer(builtIn, overlays, which);
  if (!overlaid.ok) return overlaid;
  const fingerprints = fingerprintsOf(overlaid.value);
  if (Object.keys(override).length === 0) return parsed({ container: overlaid.value, fingerprints });
  const merged = mergeOver(overlaid.value, override);
  return merged.ok
    ? parsed({ container: merged.value, fingerprints })
    : { ok: false, problems: declaredBy(builtIn.name, merged.problems) };
}

/** Whether a container is a native sidecar is ours to say: it must stand in the list that goes with it. */
function inItsPlace(container: Container, native: boolean): Container {
  const { restartPolicy: _restartPolicy, ...rest } = container;
  return native ? { ...rest, restartPolicy: "Always" } : rest;
}

function warnOfNeedlessInit(declared: Partial<Container>): readonly string[] {
  return Object.keys(declared).length === 0
    ? []
    : [`the pod declares ${initContainerName} and needs none, as no traffic is captured; it is left out`];
}

/** Makes the sidecar of one pod. */
export function createSidecar(input: SidecarInput): Parsed<Sidecar> {
  const { settings, context, overlays } = input;
  const { volumes, identityMount, holdMount, warnings } = planVolumes(settings, context, input.volumes);
  const drainPath = drainPathOf(input);
  const builtInProxy = createProxyContainer({
    settings,
    context,
    args: createArguments(input, drainPath),
    drainPath,
    volumeMounts: [
      ...(identityMount === undefined ? [] : [identityMount]),
      ...(holdMount === undefined ? [] : [{ ...holdMount, readOnly: true }]),
    ],
  });
  const proxy = layer(builtInProxy, overlays, "proxy", input.proxyOverride);
  if (!proxy.ok) return proxy;
  const init = needsInitContainer(settings)
    ? layer(
        createInitContainer(settings, context, holdMount === undefined ? [] : [holdMount]),
        overlays,
        "init",
        input.initOverride,
      )
    : undefined;
  if (init?.ok === false) return init;
  return parsed({
    proxy: inItsPlace(proxy.value.container, settings.nativeSidecar),
    init: init?.value.container,
    volumes,
    proxyFingerprints: proxy.value.fingerprints,
    initFingerprints: init?.value.fingerprints ?? {},
    warnings: [...warnings, ...(init === undefined ? warnOfNeedlessInit(input.initOverride) : [])],
  });
}
