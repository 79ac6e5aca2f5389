/**
 * Reads a TCPRoute. Source: Gateway API 1.6, standard channel. One of which any part makes no sense is refused as a whole: the
 * connections of a backend that was left out would go to the others.
 */
import type { TcpBackendRecord, TcpRouteRecord } from "../../model/tcp-routes/tcp-route-record.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readNameAndAge } from "../read-metadata.ts";
import { readBackendReference, readWeight, referenceFields } from "./read-backend.ts";
import { readParent } from "./read-route.ts";

export function readTcpRoute(object: Field): TcpRouteRecord {
  const names = readNameAndAge(object);
  const spec = object.at("spec");
  const parents = spec.at("parentRefs").attempt((list) => list.items().flatMap(readParent));
  const backends = spec.attempt(() => {
    // Defaults of gateways have no meaning in a mesh.
    hasOnly(spec, ["parentRefs", "rules", "useDefaultGateways"]);
    return readOnlyRule(spec.at("rules"), names.namespace);
  });
  const sound = parents.sound && backends.sound;
  return {
    ...names,
    parents: parents.value,
    backends: sound ? backends.value : [],
    refusal: sound ? undefined : "UnsupportedValue",
  };
}

function readOnlyRule(rules: Field, namespace: string): readonly TcpBackendRecord[] {
  const [rule, ...others] = rules.items();
  if (rule === undefined || others.length > 0) {
    rules.report("a TCPRoute has exactly one rule", "put all backends into one, with their weights");
    return [];
  }
  hasOnly(rule, ["name", "backendRefs"]);
  const backends = rule.at("backendRefs").items();
  if (backends.length === 0) rule.report("there are no backends", "name at least one Service in backendRefs");
  return backends.flatMap((backend) => readTcpBackend(backend, namespace));
}

function readTcpBackend(field: Field, namespace: string): readonly TcpBackendRecord[] {
  hasOnly(field, [...referenceFields, "weight"]);
  const reference = readBackendReference(field, namespace);
  const weight = readWeight(field.at("weight"));
  return reference === undefined || weight === undefined ? [] : [{ reference, weight }];
}
