import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { LabelSelector } from "../../../src/kubernetes/label-selector.ts";
import { selects } from "../../../src/kubernetes/label-selector.ts";

const labels = { app: "web", tier: "" };

function expression(key: string, operator: string, values?: readonly string[]): LabelSelector {
  return { matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] } as LabelSelector;
}

suite("label selectors", () => {
  for (const [name, selector, expected] of [
    ["empty selects everything", {}, true],
    ["a label that is there", { matchLabels: { app: "web" } }, true],
    ["another value", { matchLabels: { app: "db" } }, false],
    ["an empty value is a value", { matchLabels: { tier: "" } }, true],
    ["a label that is not there", { matchLabels: { zone: "" } }, false],
    ["all must hold", { matchLabels: { app: "web", zone: "a" } }, false],
    ["In", expression("app", "In", ["db", "web"]), true],
    ["In, another", expression("app", "In", ["db"]), false],
    ["In, missing", expression("zone", "In", ["a"]), false],
    ["In, no values", expression("app", "In"), false],
    ["NotIn", expression("app", "NotIn", ["db"]), true],
    ["NotIn, in", expression("app", "NotIn", ["web"]), false],
    ["NotIn, missing", expression("zone", "NotIn", ["a"]), true],
    ["Exists", expression("tier", "Exists"), true],
    ["Exists, missing", expression("zone", "Exists"), false],
    ["DoesNotExist", expression("zone", "DoesNotExist"), true],
    ["DoesNotExist, there", expression("app", "DoesNotExist"), false],
    ["Object's own properties are no labels", expression("constructor", "Exists"), false],
    ["nor values", { matchLabels: { toString: "x" } }, false],
    ["labels and expressions together", { matchLabels: { app: "web" }, ...expression("tier", "DoesNotExist") }, false],
  ] as const) {
    test(name, () => {
      assert.equal(selects(selector, labels), expected);
    });
  }
});
