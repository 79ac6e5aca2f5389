/**
 * Parts of a mesh for tests, each with nothing special about it but what the test changes.
 */
import { formatAddress } from "../../src/control-plane/model/address.ts";
import type { Endpoint, ServiceDestination } from "../../src/control-plane/model/destination.ts";
import { noHints } from "../../src/control-plane/model/destination.ts";
import { workloadIdentity } from "../../src/control-plane/model/identity.ts";
import type { Workload } from "../../src/control-plane/model/workload.ts";
import { namespacedName } from "../../src/control-plane/model/workload.ts";
import type { Proxy } from "../../src/control-plane/proxy.ts";
import { trustDomain } from "./fake-mesh.ts";

export function workload(changed: Partial<Workload> = {}): Workload {
  return {
    namespace: "shop",
    name: "web-1",
    uid: "uid",
    ips: ["10.77.1.2"],
    serviceAccount: "web",
    labels: {},
    node: "node-1",
    zone: "",
    meshed: true,
    inboundTls: { mode: "permissive", ports: [] },
    opaquePorts: [],
    ...changed,
  };
}

/** The endpoint of a pod. */
export function endpoint({ ips, namespace, serviceAccount, meshed, zone, node }: Workload, port: number): Endpoint {
  const identity = meshed ? workloadIdentity(trustDomain, namespace, serviceAccount) : undefined;
  return { ip: ips[0] ?? "", port, identity, zone, node, draining: false, hints: noHints };
}

export function service(changed: Partial<ServiceDestination> & { readonly address?: string } = {}): ServiceDestination {
  return {
    kind: "service",
    address: formatAddress("10.96.0.10", 80),
    namespace: "shop",
    service: "cart",
    port: 80,
    protocol: "http",
    reach: "cluster",
    sticky: false,
    endpoints: [],
    balancing: undefined,
    shares: undefined,
    ...changed,
  };
}

export function proxy(changed: Partial<Proxy> = {}): Proxy {
  return {
    pod: namespacedName("shop", "web-1"),
    namespace: "shop",
    serviceAccount: "web",
    identity: workloadIdentity(trustDomain, "shop", "web"),
    workload: "web",
    interceptionMode: "redirect",
    ipFamilies: ["IPv4", "IPv6"],
    opaquePorts: [],
    accessLog: "errors",
    internalListeners: true,
    tracing: undefined,
    ...changed,
  };
}
