/**
 * What both kinds of routes have. A route of which any part makes no sense is refused as a whole: the requests of a rule that
 * was left out would follow another one, which its writer may have wanted least of all.
 */
import { gatewayGroup } from "./gateway-group.ts";
import type { RouteKind, RouteRecord, RuleRecord, ServiceParent } from "../../model/routes/route-record.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readNameAndAge } from "../read-metadata.ts";
import { areCompatible } from "./read-filters.ts";

/** Names of the rule, for defaults and messages. */
export interface RuleContext {
  readonly namespace: string;
  readonly route: string;
  readonly index: number;
}

/** Reads one rule; undefined where it makes no sense, which has been reported then. */
export type ReadRule = (rule: Field, context: RuleContext) => RuleRecord | undefined;

export function readRoute(object: Field, kind: RouteKind, readRule: ReadRule): RouteRecord {
  const names = readNameAndAge(object);
  const spec = object.at("spec");
  const parents = spec.at("parentRefs").attempt((list) => list.items().flatMap(readParent));
  const compatible = spec.at("rules").items().map(areCompatible);
  const rules = spec.attempt(() => {
    // Hostnames have no meaning in a mesh (GEP-1294), and defaults of gateways none either.
    hasOnly(spec, ["parentRefs", "hostnames", "rules", "useDefaultGateways"]);
    return readRules(spec.at("rules"), (rule, index) =>
      readRule(rule, { namespace: names.namespace, route: names.name, index }),
    );
  });
  const incompatible = compatible.includes(false);
  const sound = parents.sound && rules.sound && rules.value.every((rule) => rule !== undefined);
  const refusal = incompatible ? "IncompatibleFilters" : sound ? undefined : "UnsupportedValue";
  return {
    kind,
    ...names,
    parents: parents.value,
    rules: refusal === undefined ? rules.value.filter((rule) => rule !== undefined) : [],
    refusal,
  };
}

function readRules(
  list: Field,
  readRule: (rule: Field, index: number) => RuleRecord | undefined,
): readonly (RuleRecord | undefined)[] {
  const items = list.items();
  reportRepeatedNames(items);
  return items.map(readRule);
}

function reportRepeatedNames(rules: readonly Field[]): void {
  const names = rules.map((rule) => rule.at("name").text());
  for (const [index, rule] of rules.entries()) {
    const name = names[index];
    if (name !== undefined && names.indexOf(name) < index) {
      rule.at("name").report(`the name ${name} is another rule's already`, "give each rule a name of its own");
    }
  }
}

/** None where it is no Service: then it is another controller's. */
export function readParent(field: Field, index: number): readonly ServiceParent[] {
  const group = field.at("group").text() ?? gatewayGroup;
  const kind = field.at("kind").text() ?? "Gateway";
  if (group !== "" || kind !== "Service") return [];
  hasOnly(field, ["group", "kind", "namespace", "name", "sectionName", "port"]);
  const name = field.at("name").text();
  if (name === undefined) {
    field.report("the name is missing", "name a Service");
    return [];
  }
  const namespace = field.at("namespace").text();
  return [{ index, namespace, name, sectionName: field.at("sectionName").text(), port: field.at("port").port() }];
}
