/**
 * Capture settings in the words of the annotations -> what the init container is given, and what people are shown.
 */
import { parse } from "yaml";
import { createRules } from "../../../src/iptables/create-rules.ts";
import { describeRules } from "../../../src/iptables/describe-rules.ts";
import { renderCapture } from "../../../src/iptables/render-capture.ts";
import type { PlanText } from "../../capture-plans.ts";
import { capturePlan } from "../../capture-plans.ts";
import { testGolden } from "../../golden-files.ts";

testGolden("iptables", (input) => {
  const plan = capturePlan(parse(input) as PlanText);
  const { v4, v6, routing } = renderCapture(plan);
  return { "v4.rules": v4, "v6.rules": v6, routing, txt: describeRules(createRules(plan)) };
});
