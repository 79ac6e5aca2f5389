/**
 * The gRPC service of delta discovery, as grpc-js wants it described.
 */
import type { MethodDefinition } from "@grpc/grpc-js";
import type { DeltaDiscoveryRequest, DeltaDiscoveryResponse } from "../../envoy-api/discovery.ts";
import {
  decodeDeltaRequest,
  decodeDeltaResponse,
  encodeDeltaRequest,
  encodeDeltaResponse,
} from "../../envoy-api/discovery.ts";

type DeltaMethod = MethodDefinition<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

/** `envoy.service.discovery.v3.AggregatedDiscoveryService`, its delta method only: our bootstraps ask for no other. */
export const discoveryService: { readonly deltaAggregatedResources: DeltaMethod } = {
  deltaAggregatedResources: {
    path: "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
    requestStream: true,
    responseStream: true,
    requestSerialize: (request) => Buffer.from(encodeDeltaRequest(request)),
    requestDeserialize: decodeDeltaRequest,
    responseSerialize: (response) => Buffer.from(encodeDeltaResponse(response)),
    responseDeserialize: decodeDeltaResponse,
  },
};
