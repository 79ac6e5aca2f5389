/** Filters that are not the API's own. */
import type { ForeignFilter } from "../../model/routes/route-record.ts";
import type { Field } from "../field.ts";

/** @param filter one of type `ExtensionRef` */
export function readForeignFilter(filter: Field): ForeignFilter {
  const reference = filter.at("extensionRef");
  const parts = ["group", "kind", "name"].map((part) => reference.at(part).text() ?? "");
  return { path: filter.path, what: parts.filter((part) => part !== "").join(" ") };
}
