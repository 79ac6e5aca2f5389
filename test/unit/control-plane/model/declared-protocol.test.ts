import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { declaredProtocol } from "../../../../src/control-plane/model/declared-protocol.ts";

const cases: readonly (readonly [appProtocol: string, portName: string, protocol: string | undefined])[] = [
  ["", "", undefined],
  ["", "http", "http"],
  ["", "http-admin", "http"],
  ["", "httpbin", undefined],
  ["", "http2", "http2"],
  ["", "h2c-x", "http2"],
  ["", "grpc", "grpc"],
  ["", "grpc-api", "grpc"],
  ["", "grpc-web", "http"],
  ["", "grpc-web-api", "http"],
  ["", "https", "tcp"],
  ["", "https-alt", "tcp"],
  ["", "tls", "tcp"],
  ["", "tcp-thing", "tcp"],
  ["", "mysql", "tcp"],
  ["", "postgresql-ro", "tcp"],
  ["", "web", undefined],
  ["http", "mysql", "http"],
  ["HTTP", "", "http"],
  ["https", "http", "tcp"],
  ["grpc", "", "grpc"],
  ["redis", "", "tcp"],
  ["kubernetes.io/h2c", "", "http2"],
  ["kubernetes.io/ws", "", "http"],
  ["kubernetes.io/wss", "", "tcp"],
  ["example.org/own", "http", "http"],
  ["example.org/own", "", undefined],
];

suite("declared protocol", () => {
  for (const [appProtocol, portName, protocol] of cases) {
    test(`appProtocol "${appProtocol}", name "${portName}": ${protocol ?? "nothing"}`, () => {
      assert.equal(declaredProtocol(appProtocol, portName), protocol);
    });
  }
});
