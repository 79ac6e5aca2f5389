/**
 * Everything that a proxy's listeners depend on, complete: equal inputs, equal listeners.
 */
import type { AccessLogMode, TracingTarget } from "../../envoy/bootstrap-input.ts";
import type { TracedPod } from "../../envoy/tracing.ts";
import { tracingFields } from "../../envoy/tracing.ts";
import type { InterceptionMode } from "../../iptables/capture-plan.ts";
import type { Cidr, IpFamily } from "../../net/cidr.ts";
import type { PortRange } from "../../net/port-range.ts";
import { includesPort } from "../../net/port-range.ts";
import type { InboundTls, Workload } from "../model/workload.ts";
import type { Proxy } from "../proxy.ts";

export interface ListenerInput {
  readonly trustDomain: string;
  /** Ranges of the mesh beside the private ones. */
  readonly ranges: readonly Cidr[];
  readonly interceptionMode: InterceptionMode;
  readonly ipFamilies: readonly IpFamily[];
  readonly opaquePorts: readonly PortRange[];
  readonly accessLog: AccessLogMode;
  readonly internalListeners: boolean;
  readonly inboundTls: InboundTls;
  /** Of the pod, ascending: what arrives there is requests, whether it is known as such or not. */
  readonly requestPorts: readonly number[];
  /** Undefined: nothing is traced, and the listeners of all pods with these settings are the same. */
  readonly traced: { readonly target: TracingTarget; readonly workload: string; readonly pod: TracedPod } | undefined;
}

/**
 * Of a pod that has connected before its object was seen: nothing gets in that has not proved who it is, until it is known
 * whether more may.
 */
const tlsOfUnknown: InboundTls = { mode: "strict", ports: [] };

function traced(proxy: Proxy, workload: Workload | undefined): ListenerInput["traced"] {
  if (proxy.tracing === undefined) return undefined;
  const podName = proxy.pod.slice(proxy.namespace.length + 1);
  const [podIp = ""] = workload?.ips ?? [];
  const pod = { podNamespace: proxy.namespace, podName, podIp, nodeName: workload?.node ?? "" };
  return { target: proxy.tracing, workload: proxy.workload, pod };
}

/** @param workload the proxy's own pod; undefined where it is not known yet */
export function listenerInput(
  proxy: Proxy,
  workload: Workload | undefined,
  mesh: Pick<ListenerInput, "trustDomain" | "ranges" | "requestPorts">,
): ListenerInput {
  const { interceptionMode, ipFamilies, opaquePorts, accessLog, internalListeners } = proxy;
  return {
    trustDomain: mesh.trustDomain,
    ranges: mesh.ranges,
    interceptionMode,
    ipFamilies,
    opaquePorts,
    accessLog,
    internalListeners,
    inboundTls: workload?.inboundTls ?? tlsOfUnknown,
    requestPorts: mesh.requestPorts.filter((port) => !includesPort(opaquePorts, port)),
    traced: traced(proxy, workload),
  };
}

/** Fields of an HTTP connection manager that trace its requests. */
export function tracing({ traced }: ListenerInput): Readonly<Record<string, unknown>> {
  return traced === undefined ? {} : tracingFields(traced.target, traced.workload, traced.pod);
}
