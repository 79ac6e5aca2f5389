/** Reads a ReferenceGrant, as far as routes and Services are concerned. Source: Gateway API 1.6. */
import type { ReferenceGrantRecord, ReferrerKind } from "../../model/routes/route-record.ts";
import type { Field } from "../field.ts";
import { readNameAndAge } from "../read-metadata.ts";
import { gatewayGroup } from "./gateway-group.ts";

const kinds: readonly ReferrerKind[] = ["HTTPRoute", "GRPCRoute", "TCPRoute"];

export function readReferenceGrant(object: Field): ReferenceGrantRecord {
  const { namespace, name } = readNameAndAge(object);
  const spec = object.at("spec");
  return {
    namespace,
    name,
    from: spec.at("from").items().flatMap(readSource),
    services: spec.at("to").items().flatMap(readTarget),
  };
}

function readSource(field: Field): ReferenceGrantRecord["from"] {
  const group = field.at("group").text();
  const namespace = field.at("namespace").text();
  const written = field.at("kind").text();
  const kind = kinds.find((candidate) => candidate === written);
  return group !== gatewayGroup || kind === undefined || namespace === undefined ? [] : [{ kind, namespace }];
}

/** Without a name, all of the kind. A name that makes no sense grants nothing. */
function readTarget(field: Field): ReferenceGrantRecord["services"] {
  const isService = field.at("group").text() === "" && field.at("kind").text() === "Service";
  const name = field.at("name").attempt((value) => value.text());
  return isService && name.sound ? [name.value] : [];
}
