/**
 * What users are promised of a connection, said in the terms of the plan and without a thought of rules.
 */
import { BlockList } from "node:net";
import type { CapturePlan } from "../../../src/iptables/capture-plan.ts";
import type { Cidr } from "../../../src/net/cidr.ts";
import { includesPort } from "../../../src/net/port-range.ts";
import type { Connection } from "./arbitrary.ts";
import type { Verdict } from "./kernel.ts";

function holdsAddress(cidrs: readonly Cidr[], { destination, family }: Connection): boolean {
  const list = new BlockList();
  const type = family === "IPv4" ? "ipv4" : "ipv6";
  for (const cidr of cidrs) {
    const [network = "", length] = cidr.text.split("/");
    if (cidr.family === family) list.addSubnet(network, Number(length), type);
  }
  return list.check(destination, type);
}

function comingIn(plan: CapturePlan, { port }: Connection): Verdict {
  const neverCaptured = [15_020, 15_021, 15_090].includes(port) || includesPort(plan.excludeInboundPorts, port);
  return !neverCaptured && includesPort(plan.includeInboundPorts, port) ? "captured inbound" : "direct";
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

function insideThePod(plan: CapturePlan, connection: Connection, byProxy: boolean): Verdict {
  const delivery = connection.source === "127.0.0.6" || connection.source === "::6";
  return byProxy && !delivery && !isLoopback(connection.destination) ? comingIn(plan, connection) : "direct";
}

/** Ports of sidecars: Envoy would take a captured connection to one of these for one to itself. */
const portsOfProxies = [15_006, 15_020, 15_021, 15_090];

function goingOut(plan: CapturePlan, connection: Connection): Verdict {
  if (portsOfProxies.includes(connection.port)) return "direct";
  const { includeOutboundCidrs, excludeOutboundCidrs, includeOutboundPorts, excludeOutboundPorts } = plan;
  if (includesPort(excludeOutboundPorts, connection.port) || holdsAddress(excludeOutboundCidrs, connection))
    return "direct";
  return includesPort(includeOutboundPorts, connection.port) ||
    includeOutboundCidrs === "all" ||
    holdsAddress(includeOutboundCidrs, connection)
    ? "captured outbound"
    : "direct";
}

/** Where the connection must end up. */
export function promised(plan: CapturePlan, connection: Connection): Verdict {
  const { direction, family, protocol, device, uid, gid } = connection;
  if (plan.mode === "none" || !plan.ipFamilies.includes(family) || protocol === "udp") return "direct";
  if (plan.excludeInterfaces.includes(device)) return "direct";
  if (direction === "in") return device === "lo" ? "direct" : comingIn(plan, connection);
  const byProxy = uid === 1337 || gid === 1337;
  if (device === "lo") return insideThePod(plan, connection, byProxy);
  return byProxy ? "direct" : goingOut(plan, connection);
}
