/**
 * Connections that reach the pod: which go to the proxy's inbound listener, by NAT or transparently.
 *
 * Both ways have the same port rules in a chain of the same name; only the table and the last target differ.
 */
import { ports, uncapturedInboundPorts } from "../envoy/ports.ts";
import type { CapturePlan } from "./capture-plan.ts";
import { clientAddressMark, selfCallMark } from "./marks.ts";
import { matchPorts } from "./port-matches.ts";
import type { FamilyRules, Rule, Table } from "./rule.ts";

function inbound(table: Table, match: readonly string[], target: readonly string[], why: string): Rule {
  return { table, chain: "OUTRIGGER_INBOUND", match, target, why };
}

function excludedInterfaces(table: Table, { excludeInterfaces }: CapturePlan): FamilyRules {
  return [...new Set(excludeInterfaces)].map((name) =>
    inbound(table, ["-i", name], ["RETURN"], "exclude-interfaces: what comes in here is left alone"),
  );
}

function excludedPorts(table: Table, { excludeInboundPorts }: CapturePlan): FamilyRules {
  const own = uncapturedInboundPorts.map((port) => ({ first: port, last: port }));
  return [
    ...matchPorts(own).map((match) =>
      inbound(table, match, ["RETURN"], "the proxy answers probes and metrics on these ports itself"),
    ),
    ...matchPorts(excludeInboundPorts).map((match) =>
      inbound(table, match, ["RETURN"], "exclude-inbound-ports: these reach the application directly"),
    ),
  ];
}

/**
 * Only the packet that opens a connection is captured. The proxy may have connections that are older than the rules, to its
 * control plane above all, and the kernel has tracked nothing until now: to it, the next packet from the other side is the
 * first of a connection that comes in.
 */
function includedPorts(table: Table, { includeInboundPorts }: CapturePlan, target: readonly string[]): FamilyRules {
  if (includeInboundPorts === "all") {
    const match = ["-p", "tcp", "--syn"];
    return [inbound(table, match, target, "every other connection comes in through the proxy")];
  }
  return matchPorts(includeInboundPorts).map((match) =>
    inbound(table, [...match, "--syn"], target, "include-inbound-ports: these come in through the proxy"),
  );
}

function jumpFromPrerouting(table: Table): Rule {
  const why = "connections that reach the pod";
  return { table, chain: "PREROUTING", match: ["-p", "tcp"], target: ["OUTRIGGER_INBOUND"], why };
}

/** Rules of the `nat` table that redirect inbound connections to the proxy, which then sees the destination only. */
export function redirectInbound(plan: CapturePlan): FamilyRules {
  return [
    jumpFromPrerouting("nat"),
    ...excludedInterfaces("nat", plan),
    ...excludedPorts("nat", plan),
    ...includedPorts("nat", plan, ["REDIRECT", "--to-ports", String(ports.inbound)]),
  ];
}

/**
 * Rules of the `mangle` table that hand inbound connections to the proxy with both their addresses as they are.
 *
 * Only the packet that opens a connection needs a hand: the later ones find the proxy's socket by their addresses, which
 * are the pod's own. TPROXY would drop those that belong to a socket of the application.
 */
export function proxyInboundTransparently(plan: CapturePlan): FamilyRules {
  const fromProxy = ["-i", "lo", "-m", "mark", "--mark", String(clientAddressMark)];
  const notSelfCall = ["-i", "lo", "-m", "mark", "!", "--mark", String(selfCallMark)];
  return [
    jumpFromPrerouting("mangle"),
    ...excludedInterfaces("mangle", plan),
    inbound(
      "mangle",
      fromProxy,
      ["CONNMARK", "--save-mark"],
      "so that the answers of the application find the proxy again",
    ),
    inbound("mangle", fromProxy, ["RETURN"], "the proxy talks to its application under the address of the client"),
    inbound("mangle", notSelfCall, ["RETURN"], "inside the pod only the proxy calling the pod itself comes in"),
    ...excludedPorts("mangle", plan),
    ...includedPorts("mangle", plan, ["TPROXY", "--on-port", String(ports.inbound)]),
  ];
}
