/**
 * Connections that the pod opens: which go to the proxy's outbound listener, and which of the proxy's own come back in.
 *
 * Outbound capture is NAT in every mode, for a client's own address matters to servers only.
 */
import { ports, proxyGid, proxyUid, uncapturedOutboundPorts } from "../envoy/ports.ts";
import type { IpFamily } from "../net/cidr.ts";
import type { CapturePlan } from "./capture-plan.ts";
import { capturesInbound, capturesOutbound } from "./captured-directions.ts";
import { rangesOf } from "./family-ranges.ts";
import { deliveryRange, loopbackRange } from "./loopback.ts";
import { clientAddressMark, selfCallMark } from "./marks.ts";
import { matchPorts } from "./port-matches.ts";
import type { FamilyRules, Rule, Table } from "./rule.ts";

/** The proxy by its user, and by its group where it runs as another user, which transparent proxying may need. */
const proxyOwners: readonly (readonly string[])[] = [
  ["-m", "owner", "--uid-owner", String(proxyUid)],
  ["-m", "owner", "--gid-owner", String(proxyGid)],
];

function outbound(table: Table, match: readonly string[], target: readonly string[], why: string): Rule {
  return { table, chain: "OUTRIGGER_OUTBOUND", match, target, why };
}

/**
 * A Service may lead the proxy to its own pod. Such a call comes in like anybody's, by the inbound rules, so that policy
 * and statistics hold for it too; but not what the proxy delivers to its application, or it would go round for ever.
 */
function selfCalls(table: Table, family: IpFamily, target: readonly string[]): FamilyRules {
  const delivered = ["-s", deliveryRange[family], "-o", "lo"];
  const toOwnAddress = ["!", "-d", loopbackRange[family], "-o", "lo", "-p", "tcp"];
  return [
    outbound(table, delivered, ["RETURN"], "the proxy delivers to its application"),
    ...proxyOwners.map((owner) =>
      outbound(table, [...toOwnAddress, ...owner], target, "the proxy calls its own pod: this comes in like any other"),
    ),
  ];
}

function excluded(family: IpFamily, plan: CapturePlan): FamilyRules {
  return [
    ...matchPorts(plan.excludeOutboundPorts).map((match) =>
      outbound("nat", match, ["RETURN"], "exclude-outbound-ports: these leave directly"),
    ),
    ...rangesOf(plan.excludeOutboundCidrs, family).map((range) =>
      outbound("nat", ["-d", range], ["RETURN"], "exclude-outbound-cidrs: connections to there leave directly"),
    ),
  ];
}

/** The same numbers at somebody else. */
function portsOfProxies(): FamilyRules {
  const own = uncapturedOutboundPorts.map((port) => ({ first: port, last: port }));
  return matchPorts(own).map((match) =>
    outbound("nat", match, ["RETURN"], "the proxy listens on these ports itself: to those of others, directly"),
  );
}

function included(family: IpFamily, { includeOutboundPorts, includeOutboundCidrs }: CapturePlan): FamilyRules {
  const target = ["REDIRECT", "--to-ports", String(ports.outbound)];
  if (includeOutboundCidrs === "all") {
    return [outbound("nat", ["-p", "tcp"], target, "every other connection leaves through the proxy")];
  }
  return [
    ...matchPorts(includeOutboundPorts).map((match) =>
      outbound("nat", match, target, "include-outbound-ports: these leave through the proxy, wherever they go"),
    ),
    ...rangesOf(includeOutboundCidrs, family).map((range) =>
      outbound("nat", ["-d", range, "-p", "tcp"], target, "include-outbound-cidrs: these leave through the proxy"),
    ),
  ];
}

function captured(family: IpFamily, plan: CapturePlan): FamilyRules {
  return [
    ...proxyOwners.map((owner) => outbound("nat", owner, ["RETURN"], "connections of the proxy itself leave directly")),
    outbound("nat", ["-o", "lo"], ["RETURN"], "the application calls its own pod: this stays inside"),
    ...portsOfProxies(),
    ...excluded(family, plan),
    ...included(family, plan),
  ];
}

function jumpFromOutput(table: Table, why: string): Rule {
  return { table, chain: "OUTPUT", match: ["-p", "tcp"], target: ["OUTRIGGER_OUTBOUND"], why };
}

/** Rules of the `nat` table for what the pod opens; none where neither it nor the proxy's calls to itself are captured. */
export function redirectOutbound(family: IpFamily, plan: CapturePlan): FamilyRules {
  const comesBack = plan.mode === "redirect" && capturesInbound(plan);
  const leaves = capturesOutbound(plan, family);
  if (!comesBack && !leaves) return [];
  return [
    jumpFromOutput("nat", "connections that the pod opens"),
    ...[...new Set(plan.excludeInterfaces)].map((name) =>
      outbound("nat", ["-o", name], ["RETURN"], "exclude-interfaces: what leaves here is left alone"),
    ),
    ...(comesBack ? selfCalls("nat", family, ["OUTRIGGER_INBOUND"]) : []),
    ...(leaves ? captured(family, plan) : []),
  ];
}

/**
 * Rules of the `mangle` table that mark packets leaving a socket of the pod, for {@link proxyInboundTransparently}: there,
 * nobody can tell any more who sent them.
 */
export function markForTransparentProxy(family: IpFamily): FamilyRules {
  const mark = String(clientAddressMark);
  const fromProxy = ["-o", "lo", "-m", "mark", "--mark", mark];
  const ofClient = ["-m", "connmark", "--mark", mark];
  return [
    jumpFromOutput("mangle", "packets that the pod sends"),
    outbound("mangle", fromProxy, ["RETURN"], "the proxy delivers under the address of the client"),
    ...selfCalls("mangle", family, ["MARK", "--set-mark", String(selfCallMark)]),
    outbound(
      "mangle",
      ofClient,
      ["CONNMARK", "--restore-mark"],
      "what the application answers a client goes through the proxy",
    ),
  ];
}
