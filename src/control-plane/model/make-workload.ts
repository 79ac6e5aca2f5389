/** From a Pod to a workload: what the mesh knows of it once its node and the policies that apply are known too. */
import { uncapturedInboundPorts } from "../../envoy/ports.ts";
import type { PortRange } from "../../net/port-range.ts";
import { includesPort } from "../../net/port-range.ts";
import type { PodRecord } from "./cluster-object.ts";
import type { PodEntry } from "./pod-index.ts";
import { workloadIdentity } from "./identity.ts";
import type { AppliedTls } from "./tls-policies.ts";
import { modeOfPort } from "./tls-policies.ts";
import type { TlsTransition } from "./tls-transition.ts";
import { tlsInEffect } from "./tls-transition.ts";

export interface WorkloadContext {
  readonly trustDomain: string;
  /** Of the pod's node; empty where there is none. */
  readonly zone: string;
  readonly tls: AppliedTls;
  /** Undefined: what applies is in effect. */
  readonly transition: TlsTransition | undefined;
  /** For pods that say nothing. */
  readonly opaquePorts: readonly PortRange[];
}

/** The entry of a pod. */
export function makePodEntry(record: PodRecord, context: WorkloadContext): PodEntry {
  const { namespace, name, uid, ips, serviceAccount, labels, node, sidecar } = record;
  const { trustDomain, zone, tls, transition } = context;
  const opaquePorts = sidecar?.opaquePorts ?? record.opaquePorts ?? context.opaquePorts;
  const meshed = sidecar !== undefined;
  const { server: inboundTls, clients: clientTls } = tlsInEffect(tls.inboundTls, transition);
  return {
    record,
    workload: { namespace, name, uid, ips, serviceAccount, labels, node, zone, meshed, inboundTls, opaquePorts },
    identity: workloadIdentity(trustDomain, namespace, serviceAccount),
    tls,
    transition,
    clientTls,
  };
}

/** The identity to expect at a port of the pod; undefined where it takes plaintext alone. */
export function identityAt({ record, clientTls, identity }: PodEntry, port: number): string | undefined {
  const { sidecar } = record;
  if (sidecar === undefined) return undefined;
  const captured =
    includesPort(sidecar.inboundPorts, port) &&
    !includesPort(sidecar.uncapturedInboundPorts, port) &&
    !uncapturedInboundPorts.includes(port);
  return captured && modeOfPort(clientTls, port) !== "disabled" ? identity : undefined;
}
