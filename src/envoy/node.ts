/**
 * Who a sidecar is: its name in its own statistics, and what it tells the control plane of itself. The settings of its
 * traffic stand here too, as in a mesh it is the control plane that makes the listeners.
 */
import { formatPortSelection } from "../net/port-range.ts";
import type { BootstrapInput } from "./bootstrap-input.ts";
import { reference } from "./expansion.ts";

/** The bootstrap's `node` field. */
export function node(input: BootstrapInput): Readonly<Record<string, unknown>> {
  const { workload, trustDomain, interceptionMode, ipFamilies, opaquePorts, accessLog, tracing } = input;
  return {
    id: `${reference.podName}.${reference.podNamespace}`,
    cluster: workload,
    metadata: {
      pod: reference.podName,
      namespace: reference.podNamespace,
      podIp: reference.podIp,
      serviceAccount: reference.serviceAccount,
      nodeName: reference.nodeName,
      trustDomain,
      interceptionMode,
      ipFamilies,
      opaquePorts: formatPortSelection(opaquePorts),
      accessLog,
      ...(input.controlPlane === undefined ? {} : { internalListeners: true }),
      ...(tracing === undefined ? {} : { tracing }),
    },
  };
}
