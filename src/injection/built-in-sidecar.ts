/**
 * The sidecar as Outrigger and the mesh config's overlays make it, before anything that a user or another webhook has
 * written. Pods of one workload get the same one, so it is made once and remembered.
 */
import { createHmac } from "node:crypto";
import { memoize } from "../bounded-memo.ts";
import type { MetricsTarget, ProbeTarget } from "../envoy/bootstrap-input.ts";
import { createBootstrap } from "../envoy/create-bootstrap.ts";
import { createProxyArguments } from "../envoy/proxy-arguments.ts";
import { keepJsonText } from "../json-text.ts";
import type { Container, VolumeMount } from "../kubernetes/pod.ts";
import type { Parsed } from "../problem.ts";
import { parsed } from "../problem.ts";
import { fingerprintsOf } from "./fingerprints.ts";
import { identityDirectory, tokenPath } from "./identity-volume.ts";
import { createInitContainer, needsInitContainer } from "./init-container.ts";
import type { InjectionContext } from "./outcome.ts";
import type { Overlay } from "./overlays.ts";
import { overlayContainer } from "./overlays.ts";
import { createProxyContainer } from "./proxy-container.ts";
import type { InjectionSettings } from "./settings.ts";
import type { Fingerprints } from "./status.ts";

/** All that a built-in sidecar depends on, beside the context. */
export interface BuiltInInput {
  readonly settings: InjectionSettings;
  /** Those that the settings name. */
  readonly overlays: readonly Overlay[];
  readonly namespace: string;
  /** Name of the workload that the pod belongs to, e.g. of its Deployment. */
  readonly workload: string;
  readonly probes: readonly ProbeTarget[];
  readonly metrics: MetricsTarget | undefined;
  readonly identityMount: VolumeMount | undefined;
  readonly holdMount: VolumeMount | undefined;
}

export interface BuiltInContainer {
  readonly container: Container;
  readonly fingerprints: Fingerprints;
}

export interface BuiltInSidecar {
  readonly proxy: BuiltInContainer;
  /** undefined where the pod needs no init container. */
  readonly init: BuiltInContainer | undefined;
}

/** Enough for the workloads of a busy cluster; an entry is about 60 KB. */
const remembered = 512;

/** A path that nobody outside the cluster's administration can guess: whoever knows it can drain the pod. */
function drainPathOf({ drainKey }: InjectionContext, { namespace, workload }: BuiltInInput): string {
  const secret = createHmac("sha256", drainKey).update(`${namespace}/${workload}`).digest("hex");
  return `/drain/${secret.slice(0, 32)}`;
}

function createArguments(context: InjectionContext, input: BuiltInInput, drainPath: string): readonly string[] {
  const { settings, probes, metrics, workload } = input;
  const { config } = context;
  const bootstrap = createBootstrap({
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
  });
  return createProxyArguments(bootstrap, settings);
}

function createProxy(context: InjectionContext, input: BuiltInInput): Container {
  const { settings, identityMount, holdMount } = input;
  const drainPath = drainPathOf(context, input);
  return createProxyContainer({
    settings,
    context,
    args: createArguments(context, input, drainPath),
    drainPath,
    volumeMounts: [
      ...(identityMount === undefined ? [] : [identityMount]),
      ...(holdMount === undefined ? [] : [{ ...holdMount, readOnly: true }]),
    ],
  });
}

/** Whether a container is a native sidecar is ours to say: it must stand in the list that goes with it. */
export function inItsPlace(container: Container, native: boolean): Container {
  const { restartPolicy: _restartPolicy, ...rest } = container;
  return native ? { ...rest, restartPolicy: "Always" } : rest;
}

function finish(container: Container): BuiltInContainer {
  return { container: keepJsonText(container), fingerprints: keepJsonText(fingerprintsOf(container)) };
}

function build(context: InjectionContext, input: BuiltInInput): Parsed<BuiltInSidecar> {
  const { settings, overlays, holdMount } = input;
  const proxy = overlayContainer(createProxy(context, input), overlays, "proxy");
  if (!proxy.ok) return proxy;
  const built = { proxy: finish(inItsPlace(proxy.value, settings.nativeSidecar)), init: undefined };
  if (!needsInitContainer(settings)) return parsed(built);
  const mounts = holdMount === undefined ? [] : [holdMount];
  const init = overlayContainer(createInitContainer(settings, context, mounts), overlays, "init");
  return init.ok ? parsed({ ...built, init: finish(init.value) }) : init;
}

/** A context lives as long as its config is in force; what was built for it goes with it. */
const builders = new WeakMap<InjectionContext, (input: BuiltInInput) => Parsed<BuiltInSidecar>>();

/** The built-in sidecar; the very same objects for the same input, as long as they are remembered. */
export function buildSidecar(context: InjectionContext, input: BuiltInInput): Parsed<BuiltInSidecar> {
  let builder = builders.get(context);
  if (builder === undefined) {
    builder = memoize(
      (wanted: BuiltInInput) => build(context, wanted),
      // Overlays are known by their names, which are among the settings.
      ({ overlays: _overlays, ...rest }) => JSON.stringify(rest),
      remembered,
    );
    builders.set(context, builder);
  }
  return builder(input);
}
