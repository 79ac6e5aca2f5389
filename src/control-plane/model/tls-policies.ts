/**
 * Which MeshTLS applies to a workload. The most specific one that says something wins: one that selects the workload, then
 * its namespace's, then the mesh's (that of the root namespace without selector), then permissive. Two of the same scope
 * are never mixed: the older one applies, by name where they are equally old. Follows Istio's PeerAuthentication.
 */
import type { MeshTlsRecord } from "./cluster-object.ts";
import type { InboundTls, TlsMode } from "./workload.ts";

/** All MeshTLS objects of one namespace, by {@link precedes}. */
export type TlsPolicies = readonly MeshTlsRecord[];

export interface AppliedTls {
  readonly inboundTls: InboundTls;
  /** The policy that selects the workload. */
  readonly selecting: MeshTlsRecord | undefined;
  /** Others that select it too, and so don't apply. */
  readonly overruled: TlsPolicies;
}

export interface PolicyScopes {
  /** Of the root namespace; those with a selector apply to that namespace's own workloads alone. */
  readonly root: TlsPolicies;
  /** Of the workload's own namespace. */
  readonly own: TlsPolicies;
}

const noPolicies: TlsPolicies = [];

/** Shared by all workloads without ports of their own. */
const uniform: Readonly<Record<TlsMode, InboundTls>> = {
  strict: { mode: "strict", ports: [] },
  permissive: { mode: "permissive", ports: [] },
  disabled: { mode: "disabled", ports: [] },
};

/** Orders policies of one namespace: the first of those with the same scope applies. */
export function precedes(one: MeshTlsRecord, other: MeshTlsRecord): number {
  return one.createdAt - other.createdAt || (one.name < other.name ? -1 : 1);
}

/** Those without a selector; the first applies to the whole namespace. */
export function namespaceWide(policies: TlsPolicies): TlsPolicies {
  return policies.filter(({ selector }) => selector === undefined);
}

/** What applies to a workload with these labels. */
export function applyTlsPolicies(labels: Readonly<Record<string, string>>, { root, own }: PolicyScopes): AppliedTls {
  const selecting = own.filter((policy) => selectsLabels(policy, labels));
  const [first, ...overruled] = selecting;
  const mode = first?.mode ?? firstMode(own) ?? firstMode(root) ?? "permissive";
  return {
    inboundTls: resolvePorts(mode, first),
    selecting: first,
    overruled: overruled.length === 0 ? noPolicies : overruled,
  };
}

/** The mode of one port. */
export function modeOfPort({ mode, ports }: InboundTls, port: number): TlsMode {
  return ports.find((entry) => entry.port === port)?.mode ?? mode;
}

function selectsLabels({ selector }: MeshTlsRecord, labels: Readonly<Record<string, string>>): boolean {
  if (selector === undefined) return false;
  return Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

function firstMode(policies: TlsPolicies): TlsMode | undefined {
  return policies.find(({ selector }) => selector === undefined)?.mode;
}

function resolvePorts(mode: TlsMode, policy: MeshTlsRecord | undefined): InboundTls {
  const ports = (policy?.ports ?? []).filter((entry) => entry.mode !== mode);
  return ports.length === 0 ? uniform[mode] : { mode, ports: ports.toSorted((one, other) => one.port - other.port) };
}
