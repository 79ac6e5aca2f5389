/** Reduces a Node to its zone and the IPs at which node ports answer. */
import type { NodeRecord } from "../model/cluster-object.ts";
import type { Field } from "./field.ts";
import { readIps } from "./read-metadata.ts";

const zoneLabel = "topology.kubernetes.io/zone";
const ipTypes: readonly (string | undefined)[] = ["InternalIP", "ExternalIP"];

export function readNode(object: Field): NodeRecord {
  const metadata = object.at("metadata");
  const addresses = object.at("status").at("addresses").items();
  return {
    name: metadata.at("name").text() ?? "",
    zone: metadata.at("labels").entry(zoneLabel).text() ?? "",
    ips: readIps(
      addresses.filter((item) => ipTypes.includes(item.at("type").text())).map((item) => item.at("address")),
    ),
  };
}
