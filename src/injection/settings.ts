/**
 * What one pod's sidecar is to be, complete and validated: no optionals, no text left to parse. Made by
 * `resolve-settings.ts` from pod annotations, namespace annotations, mesh config and defaults; trusted by all that follows.
 */
import type { AccessLogMode } from "../envoy/bootstrap-input.ts";
import type { CapturePlan } from "../iptables/capture-plan.ts";
import type { PortRange } from "../net/port-range.ts";

export interface InjectionSettings {
  readonly proxyImage: string;
  readonly resources: ProxyResources;
  /** Envoy's overall log level, and those of single components in the form `upstream:debug,http:trace` (empty for none). */
  readonly logLevel: { readonly overall: string; readonly components: string };
  /** Envoy's worker threads; 0 for one per core. */
  readonly concurrency: number;
  readonly capture: CapturePlan;
  readonly opaquePorts: readonly PortRange[];
  readonly nativeSidecar: boolean;
  readonly holdApplication: boolean;
  readonly rewriteProbes: boolean;
  readonly drainSeconds: number;
  /** Names of overlays in the mesh config, in the order they are merged. */
  readonly overlays: readonly string[];
  readonly accessLog: AccessLogMode;
  /** Percent of requests traced, 0..100. */
  readonly traceSampling: number;
}

/** Kubernetes quantities; undefined where there is no such request or limit. */
export interface ProxyResources {
  readonly cpuRequest: string | undefined;
  readonly cpuLimit: string | undefined;
  readonly memoryRequest: string | undefined;
  readonly memoryLimit: string | undefined;
}
