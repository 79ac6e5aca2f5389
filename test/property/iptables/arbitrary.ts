/**
 * Any capture plan, and any connection that its rules could meet.
 */
import fc from "fast-check";
import { deliveryAddress } from "../../../src/iptables/loopback.ts";
import type { CapturePlan } from "../../../src/iptables/capture-plan.ts";
import type { Cidr, IpFamily } from "../../../src/net/cidr.ts";
import type { PortRange } from "../../../src/net/port-range.ts";

/** A connection's first packet. */
export interface Connection {
  readonly direction: "in" | "out";
  readonly family: IpFamily;
  readonly protocol: "tcp" | "udp";
  /** Interface it comes in by, or goes out by. */
  readonly device: string;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  /** Who opens it; meaningful for `out` only. */
  readonly uid: number;
  readonly gid: number;
}

const family = fc.constantFrom<IpFamily>("IPv4", "IPv6");

// Few distinct values, so that plans and connections often speak of the same thing.
const port = fc.oneof(
  fc.constantFrom(22, 80, 81, 443, 8080, 15_020, 15_021, 15_090),
  fc.integer({ min: 1, max: 65_535 }),
);
const portRange: fc.Arbitrary<PortRange> = fc.oneof(
  port.map((single) => ({ first: single, last: single })),
  fc.tuple(port, port).map(([one, other]) => ({ first: Math.min(one, other), last: Math.max(one, other) })),
);
const portRanges = fc.array(portRange, { maxLength: 40, size: "max" });

const addresses: Readonly<Record<IpFamily, readonly string[]>> = {
  IPv4: ["10.0.0.1", "10.1.2.3", "172.16.0.1", "192.0.2.1", "127.0.0.1"],
  IPv6: ["fd00::1", "fd00:1::1", "2001:db8::1", "::1"],
};
const cidr: fc.Arbitrary<Cidr> = family.chain((of) =>
  fc
    .record({
      address: fc.constantFrom(...addresses[of]),
      length: fc.integer({ min: 0, max: of === "IPv4" ? 32 : 128 }),
    })
    .map(({ address, length }) => ({ family: of, text: `${address}/${length}` })),
);
const cidrs = fc.array(cidr, { maxLength: 6 });

export const plans: fc.Arbitrary<CapturePlan> = fc.record(
  {
    mode: fc.constantFrom("redirect", "tproxy", "none"),
    ipFamilies: fc.uniqueArray(family, { minLength: 1 }),
    includeInboundPorts: fc.oneof(fc.constant<"all">("all"), portRanges),
    excludeInboundPorts: portRanges,
    includeOutboundPorts: portRanges,
    excludeOutboundPorts: portRanges,
    includeOutboundCidrs: fc.oneof(fc.constant<"all">("all"), cidrs),
    excludeOutboundCidrs: cidrs,
    excludeInterfaces: fc.array(fc.constantFrom("eth1", "net1", "eth0.100"), { maxLength: 3 }),
  },
  { noNullPrototype: true },
);

export const connections: fc.Arbitrary<Connection> = family.chain((of) =>
  fc.record({
    direction: fc.constantFrom("in", "out"),
    family: fc.constant(of),
    protocol: fc.constantFrom("tcp", "tcp", "tcp", "udp"),
    device: fc.constantFrom("eth0", "eth1", "net1", "lo"),
    source: fc.constantFrom(...addresses[of], deliveryAddress[of]),
    destination: fc.constantFrom(...addresses[of]),
    port,
    uid: fc.constantFrom(0, 1000, 1337),
    gid: fc.constantFrom(0, 1000, 1337),
  }),
);
