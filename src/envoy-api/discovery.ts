/**
 * The two messages of a delta discovery stream (`envoy/service/discovery/v3/discovery.proto`): what the server and its
 * clients need of them.
 */
import type { JsonObject } from "@bufbuild/protobuf";

/** Who opened a stream, by its bootstrap's `node`. */
export interface DiscoveryNode {
  readonly id: string;
  readonly cluster: string;
  /** As the bootstrap says it; nothing of it is checked. */
  readonly metadata: JsonObject;
}

/** What a client sends: a subscription, an ACK (nonce), or a NACK (nonce and error); often several at once. */
export interface DeltaDiscoveryRequest {
  /** With the first request of a stream only. */
  readonly node: DiscoveryNode | undefined;
  readonly typeUrl: string;
  readonly resourceNamesSubscribe: readonly string[];
  readonly resourceNamesUnsubscribe: readonly string[];
  /** Name → version of what the client has from an earlier stream; with the first request of a type only. */
  readonly initialResourceVersions: Readonly<Record<string, string>>;
  /** Of the response that is answered; empty where none is. */
  readonly responseNonce: string;
  /** Why the response was refused; undefined: it was not. */
  readonly errorDetail: { readonly code: number; readonly message: string } | undefined;
}

/** One resource of a response. */
export interface DeltaResource {
  readonly name: string;
  readonly version: string;
  /** The encoded message, of the response's type. */
  readonly body: Uint8Array;
}

export interface DeltaDiscoveryResponse {
  readonly typeUrl: string;
  readonly nonce: string;
  readonly resources: readonly DeltaResource[];
  readonly removedResources: readonly string[];
}
