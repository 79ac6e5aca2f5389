/**
 * Paths as Go's URL parser makes them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { requestTarget } from "../../../src/envoy/request-target.ts";

test("a path that can be sent is sent as it is, another is encoded", () => {
  const cases: Readonly<Record<string, string>> = {
    "/": "/",
    "/health": "/health",
    "/a/../b//c": "/a/../b//c",
    "/q?x=1&y=a%20b+c": "/q?x=1&y=a%20b+c",
    "/a b": "/a%20b",
    "/ü/😀": "/%C3%BC/%F0%9F%98%80",
    "/fragment#part": "/fragment",
    "/100%": "/100%25",
    "/%zz%41": "/%25zz%41",
    "/line\r\nX-Injected: yes": "/line%0D%0AX-Injected:%20yes",
    '/"<>\\^`{|}': "/%22%3C%3E%5C%5E%60%7B%7C%7D",
    "/lone\ud800": "/lone%EF%BF%BD",
  };
  for (const [path, target] of Object.entries(cases)) assert.equal(requestTarget(path), target, path);
});
