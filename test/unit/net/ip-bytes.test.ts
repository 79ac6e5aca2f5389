import assert from "node:assert/strict";
import { test } from "node:test";
import { ipBytes } from "../../../src/net/ip-bytes.ts";

const cases = {
  "192.0.2.1": "c0000201",
  "::": "00000000000000000000000000000000",
  "::1": "00000000000000000000000000000001",
  "2001:db8::": "20010db8000000000000000000000000",
  "2001:db8::1:0:FF": "20010db80000000000000001000000ff",
  "1:2:3:4:5:6:7:8": "00010002000300040005000600070008",
  "::ffff:192.0.2.1": "00000000000000000000ffffc0000201",
};

for (const [ip, hex] of Object.entries(cases)) {
  test(`${ip} is ${hex}`, () => {
    assert.equal(Buffer.from(ipBytes(ip)).toString("hex"), hex);
  });
}
