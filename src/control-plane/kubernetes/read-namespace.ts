/** Reduces a Namespace to what its annotations say of the mesh. */
import type { NamespaceRecord } from "../model/cluster-object.ts";
import type { Field } from "./field.ts";
import { readOpaquePorts } from "./read-metadata.ts";

export function readNamespace(object: Field): NamespaceRecord {
  return { name: object.at("metadata").at("name").text() ?? "", opaquePorts: readOpaquePorts(object) };
}
