/**
 * The gRPC service of delta discovery, as grpc-js wants it described.
 */
import type { MethodDefinition } from "@grpc/grpc-js";
import type { DeltaDiscoveryRequest, DeltaDiscoveryResponse } from "../../envoy-api/discovery.ts";
import { decodeDeltaResponse, encodeDeltaRequest } from "../../envoy-api/delta-client.ts";
import { decodeDeltaRequest } from "../../envoy-api/delta-request.ts";
import { encodeDeltaResponse } from "../../envoy-api/delta-response.ts";

type DeltaMethod = MethodDefinition<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

/** The same bytes, not copied. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** `envoy.service.discovery.v3.AggregatedDiscoveryService`, its delta method only: our bootstraps ask for no other. */
export const discoveryService: { readonly deltaAggregatedResources: DeltaMethod } = {
  deltaAggregatedResources: {
    path: "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
    requestStream: true,
    responseStream: true,
    requestSerialize: (request) => asBuffer(encodeDeltaRequest(request)),
    requestDeserialize: decodeDeltaRequest,
    responseSerialize: (response) => asBuffer(encodeDeltaResponse(response)),
    responseDeserialize: decodeDeltaResponse,
  },
};
