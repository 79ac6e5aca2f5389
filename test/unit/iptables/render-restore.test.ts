import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRules } from "../../../src/iptables/create-rules.ts";
import { renderRestore, renderRule } from "../../../src/iptables/render-restore.ts";
import type { Rule } from "../../../src/iptables/rule.ts";
import { capturePlan } from "../../capture-plans.ts";

const rule: Rule = {
  table: "nat",
  chain: "OUTRIGGER_INBOUND",
  match: ["!", "-d", "::1/128", "-i", "eth0.100", "-p", "tcp"],
  target: ["REDIRECT", "--to-ports", "15006"],
  why: "a reason",
};

test("a rule carries its reason before its target", () => {
  assert.equal(
    renderRule(rule),
    '! -d ::1/128 -i eth0.100 -p tcp -m comment --comment "a reason" -j REDIRECT --to-ports 15006',
  );
});

describe("a word that could be read as more than one is refused", () => {
  const words = [
    "",
    " ",
    "eth0 -j ACCEPT",
    "eth0\nCOMMIT",
    'eth"0',
    "eth'0",
    "$(HOME)",
    "eth+",
    "a\\b",
    "#",
    "e\tth",
    "ü",
  ];
  for (const word of words) {
    test(JSON.stringify(word), () => {
      assert.throws(() => renderRule({ ...rule, match: ["-i", word] }), TypeError);
    });
  }

  test("also when it comes by a plan", () => {
    const plan = { ...capturePlan(), excludeInterfaces: ["eth0\n-A OUTPUT -j ACCEPT"] };
    assert.throws(() => renderRestore(createRules(plan), "IPv4"), TypeError);
  });
});

describe("a comment that the kernel or a shell would not keep as it is is refused", () => {
  for (const why of ["", 'a "quoted" word', "it's", "$(NAME)", "line\nbreak", "x".repeat(256)]) {
    test(JSON.stringify(why).slice(0, 40), () => {
      assert.throws(() => renderRule({ ...rule, why }), TypeError);
    });
  }
});
