/**
 * What the model keeps of a TCPRoute: checked, but with references that nobody has followed yet. Source: Gateway API,
 * `gateway.networking.k8s.io/v1`. It has one rule, and that no matches: of a connection nothing is known but where it goes.
 */
import type { BackendReference, ServiceParent } from "../routes/route-record.ts";

export interface TcpRouteRecord {
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch: of two that want the same port, the older one has it. */
  readonly createdAt: number;
  /** Those that name a Service, in order; other parents are other controllers' affair. */
  readonly parents: readonly ServiceParent[];
  /** None where the route is refused. */
  readonly backends: readonly TcpBackendRecord[];
  /** Why nothing of it applies, whatever its parents; undefined where it makes sense. */
  readonly refusal: "UnsupportedValue" | undefined;
}

export interface TcpBackendRecord {
  readonly reference: BackendReference;
  /** 0 and more. */
  readonly weight: number;
}
