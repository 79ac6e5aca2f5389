/**
 * Follows a reference to a backend: to the Service's port that requests are sent to, or to the reason why there is none.
 *
 * A route of the Service's own namespace concerns everybody's requests. They are sent with the client's identity, and could so
 * be led to where the route's writer has no access: such a route needs a ReferenceGrant of the backend's namespace. A route
 * of the client's namespace only leads requests where that client could send them anyway, and needs none (GEP-1294).
 */
import type { Problem } from "../../../problem.ts";
import type { BackendTarget } from "../route.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import type { GrantIndex } from "./grant-index.ts";
import type { BackendReference, RouteRecord } from "./route-record.ts";
import type { ServiceFront } from "./service-front.ts";

/** Whose requests a route concerns: everybody's to a Service of its own namespace, or those of its own namespace's clients. */
export type RouteRole = "producer" | "consumer";

/** Reasons of the API's condition `ResolvedRefs` to be false. */
export const unresolvedReasons = ["InvalidKind", "BackendNotFound", "RefNotPermitted", "UnsupportedProtocol"] as const;

export type UnresolvedReason = (typeof unresolvedReasons)[number];

export interface Unresolved {
  readonly reason: UnresolvedReason;
  readonly problem: Problem;
}

export interface ReferenceLookup {
  readonly frontOf: (service: NamespacedName) => ServiceFront | undefined;
  readonly grants: Pick<GrantIndex, "allows">;
}

/** Where requests go; what stands in the way. */
export function resolveBackend(
  route: Pick<RouteRecord, "kind" | "namespace">,
  role: RouteRole,
  reference: BackendReference,
  { frontOf, grants }: ReferenceLookup,
): BackendTarget | Unresolved {
  const { group, kind, namespace, name, port } = reference;
  if (group !== "" || kind !== "Service") return invalidKind(reference);
  const foreign = role === "producer" && namespace !== route.namespace;
  if (foreign && !grants.allows(route, namespace, name)) return notPermitted(route, reference);
  const key = namespacedName(namespace, name);
  const front = frontOf(key);
  if (front === undefined) return notFound(reference, `there is no Service ${key}`, "create it, or name another one");
  if (front.kind === "external-name") return externalName(reference, key);
  if (port === undefined) return notFound(reference, "the port is missing", "add port: and a port of the Service");
  const found = front.ports.find((candidate) => candidate.port === port);
  if (found === undefined) return noPort(reference, key, front);
  if (found.protocol === "tcp") return opaque(reference, key);
  return { namespace, service: name, port, destination: found.destination };
}

export function isUnresolved(outcome: object): outcome is Unresolved {
  return "reason" in outcome;
}

function unresolved(reason: UnresolvedReason, path: string, message: string, hint: string): Unresolved {
  return { reason, problem: { path, message, hint } };
}

function invalidKind({ path, group, kind }: BackendReference): Unresolved {
  const what = group === "" ? kind : `${group}/${kind}`;
  return unresolved("InvalidKind", path, `requests cannot be sent to a ${what}`, "name a Service");
}

function notPermitted(
  route: Pick<RouteRecord, "kind" | "namespace">,
  { path, namespace, name }: BackendReference,
): Unresolved {
  const message = `no ReferenceGrant of ${namespace} lets ${route.kind}s of ${route.namespace} name the Service ${name}`;
  return unresolved("RefNotPermitted", path, message, `create one in ${namespace}`);
}

function notFound({ path }: BackendReference, message: string, hint: string): Unresolved {
  return unresolved("BackendNotFound", path, message, hint);
}

/** Its name might be that of anything (CVE-2021-25740). */
function externalName({ path }: BackendReference, key: NamespacedName): Unresolved {
  const message = `the Service ${key} is of type ExternalName, and has no endpoints`;
  return unresolved("InvalidKind", path, message, "name a Service that selects pods");
}

function noPort(reference: BackendReference, key: NamespacedName, { ports }: ServiceFront): Unresolved {
  const numbers = ports.map(({ port }) => port);
  const hint = numbers.length === 0 ? "give it a TCP port" : `it has: ${numbers.join(", ")}`;
  return notFound(reference, `the Service ${key} has no port ${reference.port ?? ""}`, hint);
}

function opaque({ path, port }: BackendReference, key: NamespacedName): Unresolved {
  const message = `port ${port ?? ""} of the Service ${key} takes plain TCP, not requests`;
  return unresolved(
    "UnsupportedProtocol",
    path,
    message,
    "name a port whose appProtocol or name says http, http2 or grpc",
  );
}
