/**
 * A `coordination.k8s.io/v1` Lease: read, made, and taken by conditional writes, so that of two who want it one gets it.
 */
import type { KubernetesApi, KubernetesObject } from "./api.ts";
import { isNotFound } from "./api.ts";
import { microTime } from "./micro-time.ts";

export interface LeaseLocation {
  readonly namespace: string;
  readonly name: string;
}

export interface LeaseSpec {
  /** Absent or empty: free. */
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number | null;
  readonly acquireTime?: string | null;
  readonly renewTime?: string | null;
  /** How often it changed hands. */
  readonly leaseTransitions?: number | null;
}

export interface Lease extends KubernetesObject {
  readonly spec?: LeaseSpec;
}

function collection({ namespace }: LeaseLocation): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
}

/** The Lease as it is; undefined where there is none. */
export async function readLease(api: KubernetesApi, location: LeaseLocation): Promise<Lease | undefined> {
  try {
    return await api.request<Lease>({ method: "GET", path: `${collection(location)}/${location.name}` });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What a Lease says once `holder` has it, or has it still. */
export function heldBy(holder: string, before: LeaseSpec | undefined, now: number, durationMs: number): LeaseSpec {
  const renewed = before?.holderIdentity === holder;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    holderIdentity: holder,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    acquireTime: renewed ? (before.acquireTime ?? microTime(now)) : microTime(now),
    renewTime: microTime(now),
    leaseTransitions: renewed || before === undefined ? transitions : transitions + 1,
  };
}

/** What a Lease says once its holder has given it up: whoever wants it need not wait. */
export function released(before: LeaseSpec, now: number): LeaseSpec {
  return { ...before, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(now) };
}

/**
 * Writes the Lease, if it is still as it was read.
 *
 * @param before as it was read; undefined where there was none
 * @returns as it is now
 * @throws ApiError 409 where somebody else was faster
 */
export async function writeLease(
  api: KubernetesApi,
  location: LeaseLocation,
  before: Lease | undefined,
  spec: LeaseSpec,
): Promise<Lease> {
  const { namespace, name } = location;
  const fresh = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { namespace, name } };
  return before === undefined
    ? api.request({ method: "POST", path: collection(location), body: { ...fresh, spec } })
    : api.request({ method: "PUT", path: `${collection(location)}/${name}`, body: { ...before, spec } });
}
