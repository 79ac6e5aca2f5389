import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseCidrs, parseCidrSelection } from "../../../src/net/cidr.ts";

suite("IP ranges", () => {
  for (const [text, family, canonical] of [
    ["10.0.0.0/8", "IPv4", "10.0.0.0/8"],
    ["192.0.2.1", "IPv4", "192.0.2.1/32"],
    ["0.0.0.0/0", "IPv4", "0.0.0.0/0"],
    ["10.0.0.0/08", "IPv4", "10.0.0.0/8"],
    ["fd00::/8", "IPv6", "fd00::/8"],
    ["::1", "IPv6", "::1/128"],
    ["::/0", "IPv6", "::/0"],
    ["::ffff:10.0.0.1", "IPv6", "::ffff:10.0.0.1/128"],
  ] as const) {
    test(text, () => {
      assert.deepEqual(parseCidrs(text, "x"), { ok: true, value: [{ family, text: canonical }] });
    });
  }

  test("* is every address, and only by itself", () => {
    assert.deepEqual(parseCidrSelection(" * ", "x"), { ok: true, value: "all" });
    assert.ok(!parseCidrs("*", "x").ok && !parseCidrSelection("*,::1", "x").ok);
  });

  test("lists may have spaces; the empty text is the empty list", () => {
    const result = parseCidrSelection(" 10.0.0.0/8 , ::1\n", "x");
    assert.deepEqual(result, {
      ok: true,
      value: [
        { family: "IPv4", text: "10.0.0.0/8" },
        { family: "IPv6", text: "::1/128" },
      ],
    });
    assert.deepEqual(parseCidrs("", "x"), { ok: true, value: [] });
  });

  for (const text of [
    "10.0.0.0/33",
    "::/129",
    "fe80::1%eth0",
    "10.0/8",
    "10.0.0.0/-1",
    "10.0.0.0/8 ::1",
    "localhost",
    "/8",
  ]) {
    test(`${text} is none`, () => {
      const result = parseCidrs(text, "here");
      assert.deepEqual(result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`), [
        `here: "${text}" is not an IP range`,
      ]);
    });
  }
});
