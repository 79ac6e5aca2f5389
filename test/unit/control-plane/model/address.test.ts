import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { canonicalIp, formatAddress, parseAddress } from "../../../../src/control-plane/model/address.ts";

suite("addresses", () => {
  const ips: readonly (readonly [text: string, ip: string | undefined])[] = [
    ["10.0.0.1", "10.0.0.1"],
    ["010.0.0.1", undefined],
    ["10.0.0", undefined],
    ["", undefined],
    ["example.org", undefined],
    ["FD00::0001", "fd00::1"],
    ["fd00:0:0:0:0:0:0:1", "fd00::1"],
    ["fd00:0:0:1::1", "fd00:0:0:1::1"],
    ["::1", "::1"],
    ["fe80::1%eth0", undefined],
    ["::ffff:10.0.0.1", undefined],
    ["[fd00::1]", undefined],
  ];
  for (const [text, ip] of ips) {
    test(`${JSON.stringify(text)} is ${ip ?? "no IP address"}`, () => {
      assert.equal(canonicalIp(text), ip);
    });
  }

  for (const ip of ["10.0.0.1", "fd00::1"]) {
    test(`a port at ${ip} is written and read alike`, () => {
      assert.deepEqual(parseAddress(formatAddress(ip, 8080)), { ip, port: 8080 });
    });
  }

  for (const text of ["", "10.0.0.1", "10.0.0.1:0", "10.0.0.1:080", "10.0.0.1:65536", "fd00::1:80", "web:80"]) {
    test(`${JSON.stringify(text)} is no address`, () => {
      assert.equal(parseAddress(text), undefined);
    });
  }
});
