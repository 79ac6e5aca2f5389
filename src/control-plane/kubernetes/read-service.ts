/** Reduces a Service to its addresses and TCP ports. UDP and SCTP are never captured, and so nothing of the mesh's. */
import { uncapturedOutboundPorts } from "../../envoy/ports.ts";
import type { IpFamily } from "../../net/cidr.ts";
import { familyOf } from "../model/address.ts";
import type { ServicePortRecord, ServiceRecord } from "../model/cluster-object.ts";
import { declaredProtocol } from "../model/declared-protocol.ts";
import type { Field } from "./field.ts";
import { readIps, readNameAndAge, readOpaquePorts } from "./read-metadata.ts";

export function readService(object: Field): ServiceRecord {
  const spec = object.at("spec");
  const clusterIps = readIps(clusterIpFields(spec).filter((field) => !isNoIp(field)));
  return {
    ...readNameAndAge(object),
    kind: kindOfService(spec),
    families: readFamilies(spec, clusterIps),
    clusterIps,
    loadBalancerIps: readLoadBalancerIps(object.at("status").at("loadBalancer")),
    externalIps: readIps(spec.at("externalIPs").items()),
    ports: spec.at("ports").items().flatMap(readPort),
    publishNotReadyAddresses: spec.at("publishNotReadyAddresses").boolean() ?? false,
    reach: spec.at("internalTrafficPolicy").oneOf(["Cluster", "Local"]) === "Local" ? "node" : "cluster",
    sticky: spec.at("sessionAffinity").oneOf(["None", "ClientIP"]) === "ClientIP",
    opaquePorts: readOpaquePorts(object),
  };
}

function kindOfService(spec: Field): ServiceRecord["kind"] {
  if (spec.at("type").text() === "ExternalName") return "external-name";
  return clusterIpFields(spec)[0]?.text() === "None" ? "headless" : "addressed";
}

function clusterIpFields(spec: Field): readonly Field[] {
  const many = spec.at("clusterIPs").items();
  return many.length > 0 ? many : [spec.at("clusterIP")];
}

function isNoIp(field: Field): boolean {
  const text = field.text();
  return text === "None" || text === "";
}

function readFamilies(spec: Field, clusterIps: readonly string[]): readonly IpFamily[] {
  const named = spec
    .at("ipFamilies")
    .items()
    .map((family) => family.oneOf(["IPv4", "IPv6"]));
  const families = new Set(named.filter((family) => family !== undefined));
  if (families.size > 0) return [...families];
  // The API server always names them; a file need not.
  return clusterIps.length > 0 ? [...new Set(clusterIps.map(familyOf))] : ["IPv4", "IPv6"];
}

/** Load balancers with `ipMode: Proxy` want to see the traffic themselves (KEP-1860). */
function readLoadBalancerIps(loadBalancer: Field): readonly string[] {
  const ingress = loadBalancer.at("ingress").items();
  return readIps(ingress.filter((item) => item.at("ipMode").text() !== "Proxy").map((item) => item.at("ip")));
}

function readPort(field: Field): readonly ServicePortRecord[] {
  if ((field.at("protocol").text() ?? "TCP") !== "TCP") return [];
  const port = field.at("port").port();
  if (port === undefined) {
    if (field.at("port").absent) field.report("the port has no number", "write port: and its number");
    return [];
  }
  if (uncapturedOutboundPorts.includes(port)) {
    field
      .at("port")
      .report(
        `sidecars have port ${port} themselves, and so pods call it without the mesh`,
        "give the Service another port; its targetPort may stay",
      );
  }
  const name = field.at("name").text() ?? "";
  const targetPort = field.at("targetPort").numberOrText();
  return [
    {
      name,
      port,
      targetPort: typeof targetPort === "number" ? targetPort : undefined,
      nodePort: readNodePort(field.at("nodePort")),
      protocol: declaredProtocol(field.at("appProtocol").text() ?? "", name),
    },
  ];
}

/** 0 stands for none. */
function readNodePort(field: Field): number | undefined {
  return field.number() === 0 ? undefined : field.port();
}
