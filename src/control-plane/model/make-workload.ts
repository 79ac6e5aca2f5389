/** From a Pod to a workload: what the mesh knows of it once its node and the policies that apply are known too. */
import { uncapturedInboundPorts } from "../../envoy/ports.ts";
import type { PortRange } from "../../net/port-range.ts";
import { includesPort } from "../../net/port-range.ts";
import type { PodRecord } from "./cluster-object.ts";
import type { PodEntry } from "./pod-index.ts";
import { workloadIdentity } from "./identity.ts";
import type { AppliedTls } from "./tls-policies.ts";
import { modeOfPort } from "./tls-policies.ts";

export interface WorkloadContext {
  readonly trustDomain: string;
  /** Of the pod's node; empty where there is none. */
  readonly zone: string;
  readonly tls: AppliedTls;
  /** For pods that say nothing. */
  readonly opaquePorts: readonly PortRange[];
}

/** The entry of a pod. */
export function makePodEntry(record: PodRecord, context: WorkloadContext): PodEntry {
  const { namespace, name, uid, ips, serviceAccount, labels, node, sidecar } = record;
  const { trustDomain, zone, tls } = context;
  const opaquePorts = sidecar?.opaquePorts ?? record.opaquePorts ?? context.opaquePorts;
  const meshed = sidecar !== undefined;
  const { inboundTls } = tls;
  return {
    record,
    workload: { namespace, name, uid, ips, serviceAccount, labels, node, zone, meshed, inboundTls, opaquePorts },
    identity: workloadIdentity(trustDomain, namespace, serviceAccount),
    tls,
  };
}

/** The identity to expect at a port of the pod; undefined where it takes plaintext alone. */
export function identityAt({ record, workload, identity }: PodEntry, port: number): string | undefined {
  const { sidecar } = record;
  if (sidecar === undefined) return undefined;
  const captured =
    includesPort(sidecar.inboundPorts, port) &&
    !includesPort(sidecar.uncapturedInboundPorts, port) &&
    !uncapturedInboundPorts.includes(port);
  return captured && modeOfPort(workload.inboundTls, port) !== "disabled" ? identity : undefined;
}
