/**
 * The same messages from the client's side, by Envoy's own descriptors: for clients that tests play, and so a judge of what
 * the server reads and writes by hand.
 */
import type { Message } from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DeltaDiscoveryRequest, DeltaDiscoveryResponse } from "./discovery.ts";
import { messageDescriptor } from "./registry.ts";

/** The response as the protobuf runtime gives it. */
interface ResourceFields {
  readonly name: string;
  readonly version: string;
  readonly resource?: { readonly typeUrl: string; readonly value: Uint8Array };
}
type ResponseMessage = Message &
  Omit<DeltaDiscoveryResponse, "resources"> & { readonly resources: readonly ResourceFields[] };

const requestName = "envoy.service.discovery.v3.DeltaDiscoveryRequest";
const responseName = "envoy.service.discovery.v3.DeltaDiscoveryResponse";

/** A request, ready to be sent. */
export function encodeDeltaRequest(request: Partial<DeltaDiscoveryRequest> & { readonly typeUrl: string }): Uint8Array {
  const descriptor = messageDescriptor(requestName);
  return toBinary(descriptor, create(descriptor, request));
}

/** @throws Error where the bytes are no such message */
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
