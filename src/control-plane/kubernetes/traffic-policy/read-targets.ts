/** Reads what a policy is about: Services and routes of its own namespace. */
import { quote } from "../../../quote.ts";
import type { PolicyTarget } from "../../model/traffic-policy.ts";
import type { Field } from "../field.ts";
import { readGroup, readItems, readText, requireField } from "./values.ts";

const groups = {
  Service: "",
  HTTPRoute: "gateway.networking.k8s.io",
  GRPCRoute: "gateway.networking.k8s.io",
} as const satisfies Record<PolicyTarget["kind"], string>;

const kinds = Object.keys(groups) as PolicyTarget["kind"][];

export function readTargets(list: Field): readonly PolicyTarget[] {
  const seen = new Set<string>();
  const targets = readItems(requireField(list, "say what the policy is about"), 16, (item) => {
    const target = readTarget(item);
    const key = JSON.stringify(target);
    if (seen.has(key)) item.report("the target is there twice", "keep one of the two");
    seen.add(key);
    return target;
  });
  return targets;
}

function readTarget(field: Field): PolicyTarget {
  readGroup(field, ["group", "kind", "name", "sectionName"], () => undefined);
  const kind = requireField(field.at("kind"), `write one of: ${kinds.join(", ")}`).oneOf(kinds) ?? "Service";
  const group = field.at("group").text() ?? "";
  if (group !== groups[kind]) {
    field.at("group").report(`${quote(group)} is not the group of ${kind}`, `write ${quote(groups[kind])}`);
  }
  return {
    kind,
    name: readText(requireField(field.at("name"), "write the name of an object in this namespace"), 253) ?? "",
    section: readText(field.at("sectionName"), 253),
  };
}
