/**
 * The gRPC health service (grpc.health.v1) as far as a kubelet's probe needs it: one answer, whatever service is asked for.
 */
import type { Http2ServerResponse } from "node:http2";

export const grpcHealthPath = "/grpc.health.v1.Health/Check";

/** HealthCheckResponse.ServingStatus. */
const status = { serving: 1, notServing: 2 } as const;

/** A message in gRPC's framing (not compressed, two bytes long): field 1, a varint. */
export function answerGrpcHealth(response: Http2ServerResponse, healthy: boolean): void {
  response.setHeader("content-type", "application/grpc");
  response.addTrailers({ "grpc-status": "0" });
  response.end(Buffer.from([0, 0, 0, 0, 2, 0x08, healthy ? status.serving : status.notServing]));
}
