/**
 * From layered texts to one complete {@link InjectionSettings}.
 */
import type { Pod } from "../kubernetes/pod.ts";
import type { Problem } from "../problem.ts";
import type { SettingName, SettingValues } from "./annotations/registry.ts";
import { settingNames } from "./annotations/registry.ts";
import type { LayeredSettings } from "./layers.ts";
import { builtInOrigin, layerSettings, withDefaults } from "./layers.ts";
import type { InjectionContext, NamespaceView, SettingOrigin } from "./outcome.ts";
import { findConflicts } from "./setting-conflicts.ts";
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
    // "true" where the cluster has none is a conflict; where that is tolerated, the pod must start nevertheless.
    nativeSidecar: native !== "false" && context.nativeSidecars,
    holdApplication: value("hold-application"),
    rewriteProbes: value("rewrite-probes"),
    drainSeconds: value("drain-seconds"),
    overlays: value("overlays"),
    accessLog: value("access-log"),
    traceSampling: value("trace-sampling"),
  };
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

function isMeantToEnd({ spec: { restartPolicy } }: Pod): boolean {
  return restartPolicy === "Never" || restartPolicy === "OnFailure";
}

/**
 * A Job is complete only when its proxy has ended, and it rarely is a server: unless somebody has asked for more, the proxy
 * is given a second, for what the application has sent last to leave.
 */
function shortenDrainOfJobs(layered: LayeredSettings, pod: Pod): LayeredSettings {
  const drain = layered["drain-seconds"];
  if (!isMeantToEnd(pod) || drain.origin !== builtInOrigin) return layered;
  return { ...layered, "drain-seconds": { ...drain, value: 1, text: "1", origin: `${builtInOrigin} for Jobs` } };
}

function warnOfJobs(pod: Pod, settings: InjectionSettings): readonly string[] {
  return isMeantToEnd(pod) && !settings.nativeSidecar
    ? ["the pod is meant to end, but a sidecar that is not native keeps it running; use native sidecars"]
    : [];
}

/** Resolves every setting of one pod. Where there are problems, the settings are those without the wrong values. */
export function resolveSettings(pod: Pod, namespace: NamespaceView, context: InjectionContext): ResolvedSettings {
  const { layered, problems, warnings } = layerSettings(context.config, namespace, pod.metadata?.annotations ?? {});
  const conflicts = findConflicts(layered, context);
  const withoutConflicts =
    conflicts.length === 0
      ? layered
      : withDefaults(
          layered,
          conflicts.flatMap(({ settings }) => settings),
          context.config,
        );
  const usable = shortenDrainOfJobs(withoutConflicts, pod);
  const settings = composeSettings(usable, context);
  return {
    settings,
    layered: usable,
    problems: [...problems, ...conflicts.map(({ problem }) => problem)],
    warnings: [...warnings, ...warnOfSettingsWithoutEffect(usable, settings, context), ...warnOfJobs(pod, settings)],
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
