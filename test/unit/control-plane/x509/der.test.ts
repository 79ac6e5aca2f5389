/**
 * DER by the examples of its specification (ITU-T X.690) and of RFC 5280; what is made of it is judged by openssl elsewhere.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  bitString,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  readValues,
  sequence,
  time,
} from "../../../../src/control-plane/x509/der.ts";

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

describe("DER", () => {
  const written = [
    ["a number", integer(Uint8Array.of(0x7f)), "02017f"],
    ["a number whose first bit would make it negative", integer(Uint8Array.of(0x80)), "02020080"],
    ["bits of which some are not used", bitString(Uint8Array.of(0x80), 7), "03020780"],
    ["an identifier of small numbers", objectIdentifier("2.5.29.17"), "0603551d11"],
    ["an identifier of large numbers", objectIdentifier("1.2.840.113549.1.1.11"), "06092a864886f70d01010b"],
    ["a sequence", sequence(integer(Uint8Array.of(1)), integer(Uint8Array.of(2))), "3006020101020102"],
    ["a part told by a tag, with its value", explicit(3, integer(Uint8Array.of(2))), "a303020102"],
    ["a part told by a tag, instead of its type", implicit(2, Buffer.from("a")), "820161"],
    [
      "the last moment of a two-digit year",
      time(Date.parse("2049-12-31T23:59:59.999Z")),
      "170d3439313233313233353935395a",
    ],
    [
      "the first moment of a four-digit year",
      time(Date.parse("2050-01-01T00:00:00Z")),
      "180f32303530303130313030303030305a",
    ],
  ] as const;
  for (const [name, bytes, expected] of written) {
    test(name, () => {
      assert.equal(hex(bytes), expected);
    });
  }

  for (const length of [0, 1, 127, 128, 255, 256, 65_536]) {
    test(`${length} bytes are read as they were written, also before others`, () => {
      const content = new Uint8Array(length).fill(7);
      const [first, second, ...more] = readValues(Buffer.concat([octetString(content), integer(Uint8Array.of(5))]));
      assert.equal(hex(first?.content), hex(content));
      assert.equal(hex(first?.whole), hex(octetString(content)));
      assert.equal(hex(second?.content), "05");
      assert.deepEqual(more, []);
    });
  }

  test("a value that ends too early is an error", () => {
    assert.throws(() => readValues(octetString(new Uint8Array(200)).subarray(0, 100)), /ends before/);
    assert.throws(() => readValues(Uint8Array.of(0x30)));
  });
});
