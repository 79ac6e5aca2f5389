/**
 * What the kubelet makes of the arguments.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { environment, escapeExpansion, escapeStrings, reference } from "../../../src/envoy/expansion.ts";
import { expand } from "./kubelet-expansion.ts";

test("the judge expands as Kubernetes' own table of cases says", () => {
  // From third_party/forked/golang/expansion/expand_test.go.
  const values = { VAR_A: "A", VAR_B: "B", VAR_C: "C", VAR_REF: "$(VAR_A)", VAR_EMPTY: "" };
  const cases: Readonly<Record<string, string>> = {
    "$(VAR_A)": "A",
    "___$(VAR_B)___": "___B___",
    "$(VAR_A)-1": "A-1",
    "$(VAR_REF)": "$(VAR_A)",
    "%%$(VAR_REF)--$(VAR_REF)%%": "%%$(VAR_A)--$(VAR_A)%%",
    "foo$(VAR_EMPTY)bar": "foobar",
    "foo\\\\$(VAR_C)bar": "foo\\\\Cbar",
    "$(VAR_A)$(VAR_B)": "AB",
    "f000-$$VAR_A": "f000-$VAR_A",
    "foo$$$$(VAR_A)": "foo$$(VAR_A)",
    "foo$$$(VAR_A)": "foo$A",
    "$(VAR_DNE)": "$(VAR_DNE)",
    "foo$(": "foo$(",
    "foo$(VAR": "foo$(VAR",
    $VAR_A: "$VAR_A",
    "$?-\n$": "$?-\n$",
    $$$$: "$$",
    "$(foo$(VAR_A))": "$(foo$(VAR_A))",
  };
  for (const [text, expanded] of Object.entries(cases)) assert.equal(expand(text, values), expanded, text);
});

test("escaped text comes out as it was", () => {
  for (const text of ["$(POD_IP)", "$$(POD_IP)", "$", "$$", "a$b", "$(", "plain", "($)$(POD_IP"]) {
    assert.equal(expand(`${escapeExpansion(text)}"`, { POD_IP: "10.0.0.1" }), `${text}"`);
  }
});

test("strings are escaped wherever they are, and nothing else is touched", () => {
  const value = { a: ["$", { b: "$(X)", c: 1, d: undefined, e: null, f: true }] };
  const copy = structuredClone(value);
  assert.deepEqual(escapeStrings(value), { a: ["$$", { b: "$$(X)", c: 1, d: undefined, e: null, f: true }] });
  assert.deepEqual(value, copy);
});

test("every reference is to a variable of the container", () => {
  assert.deepEqual(
    Object.values(reference).map((text) => text.slice(2, -1)),
    Object.keys(environment),
  );
});
