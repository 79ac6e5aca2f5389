/**
 * A sidecar that has connected: who it is by its token, and what its bootstrap says its pod wants (`src/envoy/node.ts`).
 */
import type { AccessLogMode, TracingTarget } from "../envoy/bootstrap-input.ts";
import type { InterceptionMode } from "../iptables/capture-plan.ts";
import type { IpFamily } from "../net/cidr.ts";
import type { PortRange } from "../net/port-range.ts";
import type { NamespacedName } from "./model/workload.ts";

/** What its bootstrap says, whoever it is. */
export interface ProxySettings {
  readonly workload: string;
  readonly interceptionMode: InterceptionMode;
  readonly ipFamilies: readonly IpFamily[];
  readonly opaquePorts: readonly PortRange[];
  readonly accessLog: AccessLogMode;
  /** Whether its Envoy has internal listeners: its injector was one that asks for them. */
  readonly internalListeners: boolean;
  readonly tracing: TracingTarget | undefined;
}

export interface Proxy extends ProxySettings {
  /** `<namespace>/<pod name>`, by its token. */
  readonly pod: NamespacedName;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** `spiffe://<domain>/ns/<namespace>/sa/<service account>`. */
  readonly identity: string;
}
