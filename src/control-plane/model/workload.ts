/**
 * A pod as the mesh sees it: where it is, who it is, and whether it takes mTLS. Made from a Pod and what applies to it;
 * nothing of Kubernetes' or Envoy's own types gets past this point.
 */
import type { PortRange } from "../../net/port-range.ts";

/**
 * Which inbound connections a workload takes (MeshTLS): `strict` mTLS only; `permissive` mTLS and plaintext; `disabled`
 * plaintext only, and clients are told not to try.
 */
export type TlsMode = "strict" | "permissive" | "disabled";

/** The mode of each port of a workload, resolved from all MeshTLS objects that apply. */
export interface InboundTls {
  /** For every port not in {@link ports}. */
  readonly mode: TlsMode;
  /** Container port → mode, only where it differs; ascending. */
  readonly ports: readonly { readonly port: number; readonly mode: TlsMode }[];
}

export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Without brackets; the first is the primary one. Empty while the pod has none. */
  readonly ips: readonly string[];
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Empty while the pod is not scheduled. */
  readonly node: string;
  /** `topology.kubernetes.io/zone` of its node; empty where the node has none. */
  readonly zone: string;
  /** Whether it carries our sidecar, capturing inbound traffic: it can take mTLS. */
  readonly meshed: boolean;
  readonly inboundTls: InboundTls;
  /** Its ports that are handled as plain TCP. */
  readonly opaquePorts: readonly PortRange[];
}

/** `<namespace>/<name>`: the key of a workload, a Service and everything else that has a namespace. */
export type NamespacedName = `${string}/${string}`;

export function namespacedName(namespace: string, name: string): NamespacedName {
  return `${namespace}/${name}`;
}
