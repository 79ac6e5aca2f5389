import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "@bufbuild/protobuf";
import fc from "fast-check";
import { decodeDeltaResponse, encodeDeltaRequest } from "../../../src/envoy-api/delta-client.ts";
import { decodeDeltaRequest } from "../../../src/envoy-api/delta-request.ts";
import { encodeDeltaResponse } from "../../../src/envoy-api/delta-response.ts";
import type { DeltaDiscoveryRequest, DeltaResource, DiscoveryNode } from "../../../src/envoy-api/discovery.ts";
import { envoyLikeNode } from "../../mesh/envoy-node.ts";

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

/** As literals are: what is compared has the prototype of these too. */
const plain = { noNullPrototype: true } as const;
const anyText = fc.string({ unit: "grapheme" });

const anyNode: fc.Arbitrary<DiscoveryNode> = fc.record(
  {
    id: anyText,
    cluster: anyText,
    metadata: fc.jsonValue({ maxDepth: 3 }).map((value) => ({ value }) as JsonObject),
  },
  plain,
);

const anyRequest: fc.Arbitrary<DeltaDiscoveryRequest> = fc.record(
  {
    node: fc.option(anyNode, { nil: undefined }),
    typeUrl: anyText,
    resourceNamesSubscribe: fc.array(anyText),
    resourceNamesUnsubscribe: fc.array(anyText),
    initialResourceVersions: fc.dictionary(anyText, anyText, plain),
    responseNonce: anyText,
    errorDetail: fc.option(fc.record({ code: fc.maxSafeInteger().map((code) => code | 0), message: anyText }, plain), {
      nil: undefined,
    }),
  },
  plain,
);

const anyResource: fc.Arbitrary<DeltaResource> = fc.record(
  { name: anyText, version: anyText, body: fc.uint8Array() },
  plain,
);

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

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

  test("any response is read by Envoy's own descriptors as it was meant", () => {
    const [resources, removedResources] = [fc.array(anyResource), fc.array(anyText)];
    const responses = fc.record({ typeUrl: anyText, nonce: anyText, resources, removedResources }, plain);
    fc.assert(
      fc.property(responses, (response) => {
        assert.deepEqual(decodeDeltaResponse(encodeDeltaResponse(response)), response);
      }),
    );
  });

  test("any request that is written by Envoy's own descriptors is read as it was meant", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        assert.deepEqual(decodeDeltaRequest(encodeDeltaRequest(request)), request);
      }),
    );
  });

  test("of a node, everything that an Envoy says of itself is passed over", () => {
    const bytes = concat(encodeDeltaRequest(fullRequest), envoyLikeNode());
    assert.ok(bytes.length > 50_000);
    assert.deepEqual(decodeDeltaRequest(bytes), fullRequest);
  });

  test("a node that comes in two parts is one", () => {
    const part = (metadata: Record<string, string>): Uint8Array =>
      encodeDeltaRequest({ typeUrl, node: { id: "web-1.shop", cluster: "web", metadata } });
    const { node } = decodeDeltaRequest(concat(part({ pod: "web-1" }), part({ namespace: "shop" })));
    assert.deepEqual(node, { id: "web-1.shop", cluster: "web", metadata: { pod: "web-1", namespace: "shop" } });
  });

  test("a field of another wire type is another field", () => {
    // type_url, field 2, as a number.
    assert.equal(
      decodeDeltaRequest(concat(new Uint8Array([0x10, 5]), encodeDeltaRequest({ typeUrl }))).typeUrl,
      typeUrl,
    );
  });

  test("a resource may have any name", () => {
    const { initialResourceVersions } = decodeDeltaRequest(
      encodeDeltaRequest({ typeUrl, initialResourceVersions: Object.fromEntries([["__proto__", "v1"]]) }),
    );
    assert.deepEqual(Object.entries(initialResourceVersions), [["__proto__", "v1"]]);
  });

  test("bytes that are no request are an error", () => {
    assert.throws(() => decodeDeltaRequest(new Uint8Array([0xff, 0xff, 0xff])));
    // type_url that is longer than the message, and one that is no UTF-8.
    assert.throws(() => decodeDeltaRequest(new Uint8Array([0x12, 5, 97])));
    assert.throws(() => decodeDeltaRequest(new Uint8Array([0x12, 1, 0xff])));
  });
});
