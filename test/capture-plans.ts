/**
 * Capture plans in the words of the annotations, for tests.
 */
import type { CapturePlan, InterceptionMode } from "../src/iptables/capture-plan.ts";
import type { IpFamily } from "../src/net/cidr.ts";
import { parseCidrs, parseCidrSelection } from "../src/net/cidr.ts";
import { parsePortRanges, parsePortSelection } from "../src/net/port-range.ts";
import type { Parsed } from "../src/problem.ts";

/** Annotation suffix -> value; what is left out has the built-in default. */
export interface PlanText {
  readonly "interception-mode"?: InterceptionMode;
  readonly "include-inbound-ports"?: string;
  readonly "exclude-inbound-ports"?: string;
  readonly "include-outbound-ports"?: string;
  readonly "exclude-outbound-ports"?: string;
  readonly "include-outbound-cidrs"?: string;
  readonly "exclude-outbound-cidrs"?: string;
  readonly "exclude-interfaces"?: string;
  /** Families of the pod network, of the mesh config. */
  readonly "ip-families"?: readonly IpFamily[];
}

function valueOf<T>(result: Parsed<T>): T {
  if (!result.ok) throw new TypeError(JSON.stringify(result.problems));
  return result.value;
}

/** The plan that a pod with these annotations has. */
export function capturePlan(text: PlanText = {}): CapturePlan {
  const read = <T>(parse: (value: string, path: string) => Parsed<T>, key: keyof PlanText, otherwise = ""): T =>
    valueOf(parse(String(text[key] ?? otherwise), key));
  return {
    mode: text["interception-mode"] ?? "redirect",
    ipFamilies: text["ip-families"] ?? ["IPv4", "IPv6"],
    includeInboundPorts: read(parsePortSelection, "include-inbound-ports", "*"),
    excludeInboundPorts: read(parsePortRanges, "exclude-inbound-ports"),
    includeOutboundPorts: read(parsePortRanges, "include-outbound-ports"),
    excludeOutboundPorts: read(parsePortRanges, "exclude-outbound-ports"),
    includeOutboundCidrs: read(parseCidrSelection, "include-outbound-cidrs", "*"),
    excludeOutboundCidrs: read(parseCidrs, "exclude-outbound-cidrs"),
    excludeInterfaces: (text["exclude-interfaces"] ?? "").split(",").filter((name) => name !== ""),
  };
}
