/**
 * What a proxy gets without asking: its listeners, its fixed clusters, and those of its own namespace's Services, which it
 * is most likely to call and which so survive even if the control plane is gone before the first call.
 */
import { reservedPorts } from "../../envoy/ports.ts";
import { includesPort } from "../../net/port-range.ts";
import type { TypeUrl } from "../ads/resource-source.ts";
import { typeUrls } from "../ads/resource-source.ts";
import { familyOf, parseAddress } from "../model/address.ts";
import type { Address, ServiceDestination } from "../model/destination.ts";
import type { Mesh } from "../model/mesh.ts";
import type { Proxy } from "../proxy.ts";
import {
  destinationName,
  inboundName,
  inspectedListenerName,
  opaqueListenerName,
  outboundName,
  passthroughName,
  requestsName,
} from "./names.ts";

/** Each is some 100 KiB of a sidecar's memory, used or not; a namespace with more gets the others when it needs them. */
const mostEager = 32;

/**
 * Whether outbound connections to this port are looked into: some Service may speak HTTP there, and the pod agrees. Not on
 * the sidecar's own ports, where its own listeners are: Envoy refuses a second one at the same address.
 */
export function inspects({ opaquePorts }: Proxy, port: number, inspected: ReadonlySet<number>): boolean {
  return inspected.has(port) && !includesPort(opaquePorts, port) && !reservedPorts.includes(port);
}

/** Whether an address needs a listener of its own, to escape that of its port. */
export function escapes(proxy: Proxy, address: Address, inspected: ReadonlySet<number>): boolean {
  const at = parseAddress(address);
  return at !== undefined && proxy.ipFamilies.includes(familyOf(at.ip)) && inspects(proxy, at.port, inspected);
}

function listenerNames(proxy: Proxy, mesh: Mesh): readonly string[] {
  const ports = mesh.inspectedPorts();
  const inspected = new Set(ports);
  return [
    inboundName,
    outboundName,
    ...(proxy.internalListeners ? [requestsName] : []),
    ...ports.filter((port) => inspects(proxy, port, inspected)).map(inspectedListenerName),
    ...mesh
      .opaqueAddresses()
      .filter((address) => escapes(proxy, address, inspected))
      .map(opaqueListenerName),
  ];
}

/** What a Service's port that declares nothing turns out to speak is HTTP more often than not. */
function eagerName({ protocol, address }: ServiceDestination): string {
  return destinationName(protocol === "tcp" ? "tcp" : "http", address);
}

function clusterNames({ namespace }: Proxy, mesh: Mesh, mirrors: readonly string[]): readonly string[] {
  const eager = mesh.servicesOf(namespace).slice(0, mostEager).map(eagerName);
  return [...new Set([inboundName, passthroughName, ...eager, ...mirrors])];
}

/**
 * The names of a proxy's wildcard, sorted; none where nothing is captured.
 *
 * @param mirrors clusters that its routes send copies of requests to
 */
export function wildcardNames(proxy: Proxy, type: TypeUrl, mesh: Mesh, mirrors: readonly string[]): readonly string[] {
  if (proxy.interceptionMode === "none") return [];
  if (type === typeUrls.listener) return listenerNames(proxy, mesh).toSorted();
  return type === typeUrls.cluster ? clusterNames(proxy, mesh, mirrors).toSorted() : [];
}
