import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  decodeDeltaRequest,
  decodeDeltaResponse,
  encodeDeltaRequest,
  encodeDeltaResponse,
} from "../../../src/envoy-api/discovery.ts";
import type { DeltaDiscoveryRequest } from "../../../src/envoy-api/discovery.ts";

const typeUrl = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

const fullRequest: DeltaDiscoveryRequest = {
  node: { id: "web-1.shop", cluster: "web", metadata: { pod: "web-1", ipFamilies: ["IPv4"], tracing: { port: 4317 } } },
  typeUrl,
  resourceNamesSubscribe: ["*", "http|10.96.0.1:80"],
  resourceNamesUnsubscribe: ["tcp|10.96.0.1:80"],
  initialResourceVersions: { inbound: "v1" },
  responseNonce: "7",
  errorDetail: { code: 13, message: "no such filter" },
};

describe("delta discovery messages", () => {
  test("a request survives the wire", () => {
    assert.deepEqual(decodeDeltaRequest(encodeDeltaRequest(fullRequest)), fullRequest);
  });

  test("what a request leaves out is empty, or undefined where absence means something", () => {
    assert.deepEqual(decodeDeltaRequest(encodeDeltaRequest({ typeUrl })), {
      node: undefined,
      typeUrl,
      resourceNamesSubscribe: [],
      resourceNamesUnsubscribe: [],
      initialResourceVersions: {},
      responseNonce: "",
      errorDetail: undefined,
    });
  });

  test("a response survives the wire", () => {
    const resources = [{ name: "inbound", version: "v2", body: new Uint8Array([10, 1, 97]) }];
    const response = { typeUrl, nonce: "8", resources, removedResources: ["gone"] };
    assert.deepEqual(decodeDeltaResponse(encodeDeltaResponse(response)), response);
  });

  test("a response is what the API's documentation says, byte by byte", () => {
    const bytes = encodeDeltaResponse({ typeUrl: "t", nonce: "n", resources: [], removedResources: ["r"] });
    // type_url is field 4, nonce 5, removed_resources 6; each a length-delimited string.
    assert.equal(Buffer.from(bytes).toString("hex"), "220174" + "2a016e" + "320172");
  });

  test("bytes that are no request are an error", () => {
    assert.throws(() => decodeDeltaRequest(new Uint8Array([0xff, 0xff, 0xff])));
  });
});
