/**
 * One firewall rule as data: what it matches, what it does, and why it is there.
 *
 * Matches and targets are lists of words in the order in which `iptables-save` prints them, so that what is asked for and
 * what the kernel holds can be compared by eye.
 */
import type { IpFamily } from "../net/cidr.ts";

/** `mangle` is seen by packets before `nat`, and is where transparent proxying works. */
export type Table = "mangle" | "nat";

/** The kernel's own chains that are jumped from, and ours; a chain's name has at most 28 characters. */
export type Chain = "PREROUTING" | "OUTPUT" | "OUTRIGGER_INBOUND" | "OUTRIGGER_OUTBOUND";

export interface Rule {
  readonly table: Table;
  readonly chain: Chain;
  /** e.g. `["-p", "tcp", "--dport", "80"]`; empty for every packet that comes this far. */
  readonly match: readonly string[];
  /** What follows `-j`, e.g. `["REDIRECT", "--to-ports", "15001"]`. */
  readonly target: readonly string[];
  /** The reason, as a comment in the rule itself: plain words, at most 255 characters (`xt_comment`). */
  readonly why: string;
}

/** The rules of one family in the order in which packets meet them within each chain. */
export type FamilyRules = readonly Rule[];

/** Everything that makes a pod's connections reach its proxy. */
export interface CaptureRules {
  readonly rules: Readonly<Record<IpFamily, FamilyRules>>;
  readonly routing: readonly RoutingStep[];
}

/** What the rules need of the pod's addresses and routes. */
export type RoutingStep = LocalAddress | LocalMark;

/** An address that the loopback interface must have. */
export interface LocalAddress {
  readonly kind: "local-address";
  readonly family: IpFamily;
  /** With its prefix length. */
  readonly address: string;
}

/** Packets with this mark are delivered inside the pod, whatever their destination. */
export interface LocalMark {
  readonly kind: "local-mark";
  readonly family: IpFamily;
  readonly mark: number;
  /** Number of the routing table that holds the one route for them. */
  readonly table: number;
}
