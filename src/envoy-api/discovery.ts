/**
 * The two messages of a delta discovery stream (`envoy/service/discovery/v3/discovery.proto`), as bytes and as what the
 * server and its tests need of them.
 */
import type { JsonObject, Message } from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { messageDescriptor } from "./registry.ts";

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

/** The messages as the protobuf runtime gives them. */
type RequestMessage = Message & DeltaDiscoveryRequest;
interface ResourceFields {
  readonly name: string;
  readonly version: string;
  readonly resource?: { readonly typeUrl: string; readonly value: Uint8Array };
}
type ResponseMessage = Message &
  Omit<DeltaDiscoveryResponse, "resources"> & { readonly resources: readonly ResourceFields[] };

const requestName = "envoy.service.discovery.v3.DeltaDiscoveryRequest";
const responseName = "envoy.service.discovery.v3.DeltaDiscoveryResponse";

function readNode(node: RequestMessage["node"]): DiscoveryNode | undefined {
  if (node === undefined) return undefined;
  const { id, cluster, metadata } = node as Omit<DiscoveryNode, "metadata"> & { readonly metadata?: JsonObject };
  return { id, cluster, metadata: metadata ?? {} };
}

/** @throws Error where the bytes are no such message */
export function decodeDeltaRequest(bytes: Uint8Array): DeltaDiscoveryRequest {
  const message = fromBinary(messageDescriptor(requestName), bytes) as RequestMessage;
  const { errorDetail } = message;
  return {
    node: readNode(message.node),
    typeUrl: message.typeUrl,
    resourceNamesSubscribe: message.resourceNamesSubscribe,
    resourceNamesUnsubscribe: message.resourceNamesUnsubscribe,
    initialResourceVersions: message.initialResourceVersions,
    responseNonce: message.responseNonce,
    errorDetail: errorDetail === undefined ? undefined : { code: errorDetail.code, message: errorDetail.message },
  };
}

/** For clients that tests play. */
export function encodeDeltaRequest(request: Partial<DeltaDiscoveryRequest> & { readonly typeUrl: string }): Uint8Array {
  const descriptor = messageDescriptor(requestName);
  return toBinary(descriptor, create(descriptor, request));
}

function wrapResource({ name, version, body }: DeltaResource, typeUrl: string): ResourceFields {
  return { name, version, resource: { typeUrl, value: body } };
}

/** A response, ready to be sent. */
export function encodeDeltaResponse(response: DeltaDiscoveryResponse): Uint8Array {
  const { typeUrl, nonce, removedResources } = response;
  const descriptor = messageDescriptor(responseName);
  const resources = response.resources.map((resource) => wrapResource(resource, typeUrl));
  return toBinary(descriptor, create(descriptor, { typeUrl, nonce, resources, removedResources }));
}

/**
 * For clients that tests play.
 *
 * @throws Error where the bytes are no such message
 */
export function decodeDeltaResponse(bytes: Uint8Array): DeltaDiscoveryResponse {
  const message = fromBinary(messageDescriptor(responseName), bytes) as ResponseMessage;
  const resources = message.resources.map(({ name, version, resource }) => ({
    name,
    version,
    body: resource?.value ?? new Uint8Array(),
  }));
  const { typeUrl, nonce, removedResources } = message;
  return { typeUrl, nonce, resources, removedResources };
}
