/** Reduces an EndpointSlice to the endpoints of its Service. Source: Kubernetes, "EndpointSlices". */
import { memoize } from "../../bounded-memo.ts";
import { quote } from "../../quote.ts";
import { familyOf } from "../model/address.ts";
import type { SliceEndpointRecord, SliceRecord } from "../model/cluster-object.ts";
import type { EndpointHints } from "../model/destination.ts";
import { noHints } from "../model/destination.ts";
import type { IpFamily } from "../../net/cidr.ts";
import type { Field } from "./field.ts";
import { readIp, readNameAndAge } from "./read-metadata.ts";

/** Of slices that Kubernetes makes from a Service's selector. */
const manager = { label: "endpointslice.kubernetes.io/managed-by", name: "endpointslice-controller.k8s.io" };
const serviceLabel = "kubernetes.io/service-name";

/** Undefined where it belongs to no Service, or names hosts instead of IPs. */
export function readSlice(object: Field): SliceRecord | undefined {
  const labels = object.at("metadata").at("labels");
  const service = labels.entry(serviceLabel).text();
  const family = readFamily(object.at("addressType"));
  if (service === undefined || family === undefined) return undefined;
  const { namespace, name } = readNameAndAge(object);
  const managed = labels.entry(manager.label).text() === manager.name;
  return {
    namespace,
    name,
    service,
    family,
    ports: object.at("ports").items().flatMap(readPort),
    endpoints: object
      .at("endpoints")
      .items()
      .flatMap((endpoint) => readEndpoint(endpoint, family, managed)),
  };
}

function readFamily(field: Field): IpFamily | undefined {
  const type = field.oneOf(["IPv4", "IPv6", "FQDN"]);
  if (type !== "FQDN") return type;
  field.report(
    "endpoints that are host names are not routed",
    "use an ExternalName Service, or endpoints by their IPs",
  );
  return undefined;
}

function readPort(field: Field): SliceRecord["ports"] {
  if ((field.at("protocol").text() ?? "TCP") !== "TCP") return [];
  const number = field.at("port");
  const port = number.port();
  return port === undefined && !number.absent ? [] : [{ name: field.at("name").text() ?? "", port }];
}

/** All addresses of an endpoint are the same one, and clients use the first, as kube-proxy does. */
function readEndpoint(field: Field, family: IpFamily, managed: boolean): readonly SliceEndpointRecord[] {
  const [address] = field.at("addresses").items();
  const ip = address && readIp(address);
  if (ip === undefined) return [];
  if (familyOf(ip) !== family) {
    address?.report(`${quote(ip)} is not ${family}`, "put addresses of each family into slices of their own");
    return [];
  }
  const condition = readCondition(field.at("conditions"));
  const pod = managed ? readPodName(field.at("targetRef")) : undefined;
  const [node, zone] = [field.at("nodeName").text() ?? "", field.at("zone").text() ?? ""];
  return [{ ip, condition, pod, node, zone, hints: readHints(field.at("hints")) }];
}

/** There are as many different ones as zones or nodes, so endpoints share them. */
const shareHints = memoize(
  (hints: EndpointHints) => hints,
  (hints) => JSON.stringify(hints),
  4096,
);

function readHints(field: Field): EndpointHints {
  if (field.absent) return noHints;
  return shareHints({ zones: readNames(field.at("forZones")), nodes: readNames(field.at("forNodes")) });
}

/** Sorted, each once. */
function readNames(list: Field): readonly string[] {
  const names = list.items().map((item) => item.at("name").text() ?? "");
  return [...new Set(names)].filter((name) => name !== "").sort();
}

/** What is not said is as good as can be: "unknown should be interpreted as ready". */
function readCondition(conditions: Field): SliceEndpointRecord["condition"] {
  const ready = conditions.at("ready").boolean() ?? true;
  if (ready) return "ready";
  const serving = conditions.at("serving").boolean() ?? true;
  return serving && conditions.at("terminating").boolean() === true ? "draining" : "unready";
}

function readPodName(target: Field): string | undefined {
  return target.at("kind").text() === "Pod" ? target.at("name").text() : undefined;
}
