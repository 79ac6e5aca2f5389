import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { Cidr } from "../../../src/net/cidr.ts";
import { parseCidrs } from "../../../src/net/cidr.ts";
import { networkOf } from "../../../src/net/network.ts";

function rangeOf(text: string): Cidr {
  const parsed = parseCidrs(text, "x");
  const [range] = parsed.ok ? parsed.value : [];
  if (range === undefined) throw new Error(`${text} is no range`);
  return range;
}

/** By Node's own arithmetic. */
function contains({ family, text }: Cidr, address: string): boolean {
  const list = new BlockList();
  const type = family === "IPv4" ? "ipv4" : "ipv6";
  const [network = "", length] = text.split("/");
  list.addSubnet(network, Number(length), type);
  return list.check(address, type);
}

const ranges = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
);

suite("the network of a range", () => {
  for (const [text, network] of [
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["172.20.1.1/12", "172.16.0.0/12"],
    ["192.0.2.1", "192.0.2.1/32"],
    ["255.255.255.255/0", "0.0.0.0/0"],
    ["FD00::1/8", "fd00::/8"],
    ["2001:DB8:0:0:ffff::1/65", "2001:db8:0:0:8000::/65"],
    ["::ffff:10.0.0.1/128", "::ffff:a00:1/128"],
    ["::1/0", "::/0"],
  ] as const) {
    test(`${text} is ${network}`, () => {
      assert.equal(networkOf(rangeOf(text)).text, network);
    });
  }

  test("is named by its first address, has the range's own addresses, and is its own network", () => {
    fc.assert(
      fc.property(ranges, fc.ipV4(), fc.ipV6(), ([address, length], v4, v6) => {
        const range = rangeOf(`${address}/${length}`);
        const network = networkOf(range);
        const other = range.family === "IPv4" ? v4 : v6;
        assert.ok(contains(network, address));
        assert.equal(contains(network, other), contains(range, other));
        assert.deepEqual(networkOf(network), network);
      }),
    );
  });

  test("is the same text for every address of the range", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), (address, length, other) => {
        const range = rangeOf(`${address}/${length}`);
        fc.pre(contains(range, other));
        assert.equal(networkOf(rangeOf(`${other}/${length}`)).text, networkOf(range).text);
      }),
    );
  });
});
