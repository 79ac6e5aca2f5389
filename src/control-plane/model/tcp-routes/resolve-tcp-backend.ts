/**
 * Follows a reference of a TCPRoute to the Service's port that connections are led to, or to the reason why there is none.
 * Connections are everybody's, and are made with the client's identity: so a backend of another namespace needs a
 * ReferenceGrant of that.
 */
import type { Problem } from "../../../problem.ts";
import type { Reach } from "../destination.ts";
import type { ResolvedPort } from "../resolved-port.ts";
import type { GrantIndex } from "../routes/grant-index.ts";
import type { Unresolved, UnresolvedReason } from "../routes/resolve-backend.ts";
import type { BackendReference } from "../routes/route-record.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";

/** Reasons of the condition `ResolvedRefs`, where it does not hold. */
export const tcpUnresolvedReasons = [
  "InvalidKind",
  "BackendNotFound",
  "RefNotPermitted",
] as const satisfies readonly UnresolvedReason[];

type TcpUnresolvedReason = (typeof tcpUnresolvedReasons)[number];

export interface BackendLookup {
  readonly grants: Pick<GrantIndex, "allows">;
  /** Undefined where there is no such Service. */
  readonly serviceOf: (service: NamespacedName) => BackendService | undefined;
}

export interface BackendService {
  readonly kind: "addressed" | "headless" | "external-name";
  readonly reach: Reach;
  readonly ports: readonly ResolvedPort[];
}

export interface TcpTarget {
  readonly port: ResolvedPort;
  readonly reach: Reach;
}

/** @param namespace the route's */
export function resolveTcpBackend(
  namespace: string,
  reference: BackendReference,
  { grants, serviceOf }: BackendLookup,
): TcpTarget | Unresolved {
  const { path, group, kind, name, port } = reference;
  const no = (reason: TcpUnresolvedReason, message: string, hint: string): Unresolved => ({
    reason,
    problem: { path, message, hint } satisfies Problem,
  });
  if (group !== "" || kind !== "Service") {
    const what = group === "" ? kind : `${group}/${kind}`;
    return no("InvalidKind", `connections can be led to Services only, not to ${what}`, "name a Service");
  }
  if (reference.namespace !== namespace && !grants.allows({ kind: "TCPRoute", namespace }, reference.namespace, name)) {
    const message = `no ReferenceGrant of ${reference.namespace} lets TCPRoutes of ${namespace} name the Service ${name}`;
    return no("RefNotPermitted", message, `create one in ${reference.namespace}`);
  }
  const key = namespacedName(reference.namespace, name);
  const service = serviceOf(key);
  if (service === undefined)
    return no("BackendNotFound", `there is no Service ${key}`, "create it, or name another one");
  if (service.kind === "external-name") {
    // Its name might be that of anything (CVE-2021-25740).
    const message = `the Service ${key} is of type ExternalName, and has no endpoints`;
    return no("InvalidKind", message, "name a Service that selects pods");
  }
  if (port === undefined) return no("BackendNotFound", "the port is missing", "add port: and a port of the Service");
  const found = service.ports.find((candidate) => candidate.port === port);
  if (found !== undefined) return { port: found, reach: service.reach };
  const numbers = service.ports.map((candidate) => candidate.port);
  const hint = numbers.length === 0 ? "give it a TCP port" : `it has: ${numbers.join(", ")}`;
  return no("BackendNotFound", `the Service ${key} has no TCP port ${port}`, hint);
}
