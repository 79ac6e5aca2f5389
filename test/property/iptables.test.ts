/**
 * What holds of the rules for every plan.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRules } from "../../src/iptables/create-rules.ts";
import { renderCapture } from "../../src/iptables/render-capture.ts";
import type { Rule } from "../../src/iptables/rule.ts";
import type { Connection } from "./iptables/arbitrary.ts";
import { connections, plans } from "./iptables/arbitrary.ts";
import { judge, words } from "./iptables/kernel.ts";
import { promised } from "./iptables/promise.ts";

const families = ["IPv4", "IPv6"] as const;

function ruleLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith("-A "));
}

test("each connection goes where the plan says, whatever the plan", () => {
  // Loopback has no other end: what comes in there has gone out there, and is judged then.
  const possible = connections.filter(({ direction, device }: Connection) => direction === "out" || device !== "lo");
  fc.assert(
    fc.property(plans, fc.array(possible, { minLength: 20, maxLength: 20 }), (plan, several) => {
      const { v4, v6 } = renderCapture(plan);
      for (const connection of several) {
        assert.equal(judge(connection.family === "IPv4" ? v4 : v6, connection), promised(plan, connection));
      }
    }),
    { numRuns: 2_000 },
  );
});

test("each rule says why, and nothing that Kubernetes would expand", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { v4, v6, routing } = renderCapture(plan);
      for (const line of [...ruleLines(v4), ...ruleLines(v6)]) {
        assert.match(line, / -m comment --comment "[\w .,:-]{10,255}" -j /);
      }
      assert.doesNotMatch(v4 + v6 + routing, /\$/);
    }),
  );
});

test("no multiport match has more than 15 ports, where a range counts as two", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { v4, v6 } = renderCapture(plan);
      for (const line of [...ruleLines(v4), ...ruleLines(v6)]) {
        const all = words(line);
        const list = all.includes("--dports") ? (all[all.indexOf("--dports") + 1] ?? "") : "";
        assert.ok(list.split(/[,:]/).length <= 15, line);
      }
    }),
  );
});

test("what is excluded is said before what is included", () => {
  const place = (rules: readonly Rule[], start: string): readonly number[] =>
    rules.flatMap(({ why }, index) => (why.startsWith(start) ? [index] : []));
  fc.assert(
    fc.property(plans, fc.constantFrom(...families), fc.constantFrom("inbound", "outbound"), (plan, family, side) => {
      const rules = createRules(plan).rules[family].filter((rule) => rule.chain.endsWith(side.toUpperCase()));
      const excluded = place(rules, `exclude-${side}`);
      const included = [...place(rules, `include-${side}`), ...place(rules, "every other")];
      assert.ok(Math.max(-1, ...excluded) < Math.min(rules.length, ...included));
    }),
  );
});

test("no address of the other family is in a family's rules", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { v4, v6 } = renderCapture(plan);
      const ranges = (text: string): readonly string[] => words(text).filter((word) => /[./:].*\/\d+$/.test(word));
      assert.ok(ranges(v4).every((range) => !range.includes(":")));
      assert.ok(ranges(v6).every((range) => range.includes(":")));
    }),
  );
});

test("a family that the pod does not have, and mode none, have no rules and no routes", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { v4, v6, routing } = renderCapture(plan);
      const has = (family: (typeof families)[number]): boolean =>
        plan.mode !== "none" && plan.ipFamilies.includes(family);
      if (!has("IPv4")) assert.doesNotMatch(v4 + routing, /-A |IPv4/);
      if (!has("IPv6")) assert.doesNotMatch(v6 + routing, /-A |IPv6/);
    }),
  );
});

test("the same plan gives the same bytes, and is not modified", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const copy = structuredClone(plan);
      assert.deepEqual(renderCapture(plan), renderCapture(copy));
      assert.deepEqual(plan, copy);
    }),
  );
});
