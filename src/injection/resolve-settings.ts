/**
 * From layered texts to one complete {@link InjectionSettings}, with the checks that need more than one setting.
 */
import { parseQuantity } from "../kubernetes/quantity.ts";
import type { Pod } from "../kubernetes/pod.ts";
import type { Problem } from "../problem.ts";
import type { SettingName, SettingValues } from "./annotations/registry.ts";
import { settingNames } from "./annotations/registry.ts";
import type { InjectionContext, NamespaceView, SettingOrigin } from "./outcome.ts";
import type { Layered, LayeredSettings } from "./layers.ts";
import { layerSettings } from "./layers.ts";
import type { InjectionSettings } from "./settings.ts";

export interface ResolvedSettings {
  readonly settings: InjectionSettings;
  readonly layered: LayeredSettings;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

function valueOf<N extends SettingName>(layered: LayeredSettings, name: N): SettingValues[N] {
  return layered[name].value as SettingValues[N];
}

function composeSettings(layered: LayeredSettings, context: InjectionContext): InjectionSettings {
  const value = <N extends SettingName>(name: N): SettingValues[N] => valueOf(layered, name);
  const native = value("native-sidecar");
  return {
    proxyImage: value("proxy-image"),
    resources: {
      cpuRequest: value("proxy-cpu-request"),
      cpuLimit: value("proxy-cpu-limit"),
      memoryRequest: value("proxy-memory-request"),
      memoryLimit: value("proxy-memory-limit"),
    },
    logLevel: value("proxy-log-level"),
    concurrency: value("proxy-concurrency"),
    capture: {
      mode: value("interception-mode"),
      ipFamilies: context.ipFamilies,
      includeInboundPorts: value("include-inbound-ports"),
      excludeInboundPorts: value("exclude-inbound-ports"),
      includeOutboundPorts: value("include-outbound-ports"),
      excludeOutboundPorts: value("exclude-outbound-ports"),
      includeOutboundCidrs: value("include-outbound-cidrs"),
      excludeOutboundCidrs: value("exclude-outbound-cidrs"),
      excludeInterfaces: value("exclude-interfaces"),
    },
    opaquePorts: value("opaque-ports"),
    nativeSidecar: native === "auto" ? context.nativeSidecars : native === "true",
    holdApplication: value("hold-application"),
    rewriteProbes: value("rewrite-probes"),
    drainSeconds: value("drain-seconds"),
    overlays: value("overlays"),
    accessLog: value("access-log"),
    traceSampling: value("trace-sampling"),
  };
}

/** The one of the two that a person set, to be named in a problem about both. */
function blame(limit: Layered, request: Layered): Layered {
  return limit.overridden || !request.overridden ? limit : request;
}

function checkRequestBelowLimit(layered: LayeredSettings, resource: "cpu" | "memory"): readonly Problem[] {
  const request = layered[`proxy-${resource}-request`];
  const limit = layered[`proxy-${resource}-limit`];
  const [requested, limited] = [parseQuantity(request.text), parseQuantity(limit.text)];
  if (requested === undefined || limited === undefined || requested <= limited) return [];
  const hint = `raise outrigger.dev/proxy-${resource}-limit or lower outrigger.dev/proxy-${resource}-request`;
  const message = `the ${resource} request ${request.text} (${request.origin}) is above the limit ${limit.text} (${limit.origin})`;
  return [{ path: blame(limit, request).path, message, hint }];
}

function checkOverlays(layered: LayeredSettings, defined: readonly string[]): readonly Problem[] {
  const known = defined.length === 0 ? "the mesh config defines no overlay" : `write one of: ${defined.join(", ")}`;
  return valueOf(layered, "overlays")
    .filter((name) => !defined.includes(name))
    .map((name) => ({
      path: layered.overlays.path,
      message: `${JSON.stringify(name)} is not an overlay of the mesh config`,
      hint: known,
    }));
}

function checkNativeSidecar(layered: LayeredSettings, { nativeSidecars }: InjectionContext): readonly Problem[] {
  const { path, value } = layered["native-sidecar"];
  if (value !== "true" || nativeSidecars) return [];
  const message = "the cluster runs no native sidecars, so the pod would wait for the proxy to end and never start";
  return [{ path, message, hint: "leave it out, or upgrade Kubernetes to 1.29 or later" }];
}

function warnOfSettingsWithoutEffect(
  layered: LayeredSettings,
  settings: InjectionSettings,
  { config }: InjectionContext,
): readonly string[] {
  const warnings: string[] = [];
  if (layered["trace-sampling"].overridden && config.tracing === null) {
    warnings.push(`${layered["trace-sampling"].path} has no effect: the mesh config names no trace collector`);
  }
  if (layered["hold-application"].overridden && settings.nativeSidecar) {
    warnings.push(`${layered["hold-application"].path} has no effect: a native sidecar always starts first`);
  }
  return warnings;
}

function warnOfJobs(pod: Pod, settings: InjectionSettings): readonly string[] {
  const ends = pod.spec.restartPolicy === "Never" || pod.spec.restartPolicy === "OnFailure";
  return ends && !settings.nativeSidecar
    ? ["the pod is meant to end, but a sidecar that is not native keeps it running; use native sidecars"]
    : [];
}

/** Resolves every setting of one pod. Where there are problems, the settings are those without the wrong values. */
export function resolveSettings(pod: Pod, namespace: NamespaceView, context: InjectionContext): ResolvedSettings {
  const { layered, problems, warnings } = layerSettings(context.config, namespace, pod.metadata?.annotations ?? {});
  const settings = composeSettings(layered, context);
  const crossProblems = [
    ...checkRequestBelowLimit(layered, "cpu"),
    ...checkRequestBelowLimit(layered, "memory"),
    ...checkOverlays(layered, Object.keys(context.config.overlays)),
    ...checkNativeSidecar(layered, context),
  ];
  return {
    settings,
    layered,
    problems: crossProblems.length === 0 ? problems : [...problems, ...crossProblems],
    warnings: [...warnings, ...warnOfSettingsWithoutEffect(layered, settings, context), ...warnOfJobs(pod, settings)],
  };
}

/** Each setting with its value and where that came from. */
export function describeOrigins(layered: LayeredSettings): readonly SettingOrigin[] {
  return settingNames.map((setting) => ({
    setting,
    value: layered[setting].text,
    origin: layered[setting].origin,
  }));
}
