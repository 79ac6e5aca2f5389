/** Where a route sends requests. References are read here, and followed by the model. */
import type { BackendRecord, BackendReference } from "../../model/routes/route-record.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readForeignFilter } from "./read-foreign-filter.ts";
import { readHeaderChanges } from "./read-header-changes.ts";

export const referenceFields = ["group", "kind", "name", "namespace", "port"];
/** As the API has it. */
const heaviest = 1_000_000;

/** Undefined where it has no name. */
export function readBackendReference(field: Field, ownNamespace: string): BackendReference | undefined {
  const name = field.at("name").text();
  if (name === undefined) {
    field.report("the name is missing", "name a Service");
    return undefined;
  }
  return {
    path: field.path,
    group: field.at("group").text() ?? "",
    kind: field.at("kind").text() ?? "Service",
    namespace: field.at("namespace").text() ?? ownNamespace,
    name,
    port: field.at("port").port(),
  };
}

/** An item of `backendRefs`. */
export function readBackend(field: Field, ownNamespace: string): BackendRecord | undefined {
  hasOnly(field, [...referenceFields, "weight", "filters"]);
  const reference = readBackendReference(field, ownNamespace);
  const weight = readWeight(field.at("weight"));
  const filters = readBackendFilters(field.at("filters"));
  return reference === undefined || weight === undefined ? undefined : { reference, weight, ...filters };
}

export function readWeight(field: Field): number | undefined {
  return field.absent ? 1 : field.whole(0, heaviest);
}

/** A reference that stands alone: of a mirror. */
export function readLoneReference(field: Field, ownNamespace: string): BackendReference | undefined {
  hasOnly(field, referenceFields);
  return readBackendReference(field, ownNamespace);
}

type BackendFilters = Pick<BackendRecord, "request" | "response" | "foreignFilter">;

function readBackendFilters(list: Field): BackendFilters {
  let filters: BackendFilters = { request: undefined, response: undefined, foreignFilter: undefined };
  for (const item of list.items()) filters = { ...filters, ...readBackendFilter(item) };
  return filters;
}

const types = ["RequestHeaderModifier", "ResponseHeaderModifier", "ExtensionRef"] as const;

function readBackendFilter(item: Field): Partial<BackendFilters> {
  switch (item.at("type").oneOf(types)) {
    case "RequestHeaderModifier":
      hasOnly(item, ["type", "requestHeaderModifier"]);
      return { request: readHeaderChanges(item.at("requestHeaderModifier")) };
    case "ResponseHeaderModifier":
      hasOnly(item, ["type", "responseHeaderModifier"]);
      return { response: readHeaderChanges(item.at("responseHeaderModifier")) };
    case "ExtensionRef":
      hasOnly(item, ["type", "extensionRef"]);
      return { foreignFilter: readForeignFilter(item) };
    case undefined:
      if (item.at("type").absent) item.report("the type is missing", `write one of: ${types.join(", ")}`);
      return {};
  }
}
