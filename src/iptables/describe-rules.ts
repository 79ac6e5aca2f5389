/**
 * Rules for people: each chain in the order in which packets meet its rules, each rule under its reason.
 */
import type { IpFamily } from "../net/cidr.ts";
import type { CaptureRules, FamilyRules, RoutingStep, Rule } from "./rule.ts";

/** A rule's words without the comment, which stands above it. */
function describeRule({ match, target, why }: Rule): string {
  return `    # ${why}\n    ${[...match, "-j", ...target].join(" ")}\n`;
}

function describeFamily(family: IpFamily, rules: FamilyRules): string {
  if (rules.length === 0) return `${family}: nothing is captured\n`;
  const chains = Map.groupBy(rules, ({ table, chain }) => `table ${table}, chain ${chain}`);
  const described = [...chains].map(([chain, members]) => `\n  ${chain}\n${members.map(describeRule).join("")}`);
  return `${family}\n${described.join("")}`;
}

function describeStep(step: RoutingStep): string {
  const ip = step.family === "IPv4" ? "ip -4" : "ip -6";
  return step.kind === "local-address"
    ? `  # the proxy delivers to its application from this address\n  ${ip} address replace ${step.address} dev lo preferred_lft 0\n`
    : `  # packets between proxy and application under the client's address stay inside the pod\n` +
        `  ${ip} rule add fwmark ${step.mark} lookup ${step.table}\n` +
        `  ${ip} route replace local default dev lo table ${step.table}\n`;
}

/** The text of `outrigger iptables`: both families, then addresses and routes if any; ends with a line break. */
export function describeRules({ rules, routing }: CaptureRules): string {
  const parts = [describeFamily("IPv4", rules.IPv4), describeFamily("IPv6", rules.IPv6)];
  if (routing.length > 0) parts.push(`Addresses and routes\n\n${routing.map(describeStep).join("")}`);
  return parts.join("\n");
}
