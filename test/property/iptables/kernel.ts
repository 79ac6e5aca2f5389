/**
 * What the kernel makes of a connection's first packet, by the restore text alone: a small interpreter of the matches and
 * targets that our rules use. The real kernel is asked in the integration tests; this one can be asked thousands of times.
 */
import { BlockList } from "node:net";
import type { IpFamily } from "../../../src/net/cidr.ts";
import type { Connection } from "./arbitrary.ts";

/** Where a connection ends up: with the application or its destination, or at one of the proxy's ports. */
export type Verdict = "direct" | "captured inbound" | "captured outbound";

/** Table -> chain -> rules, each as its words. */
type Tables = ReadonlyMap<string, ReadonlyMap<string, readonly (readonly string[])[]>>;

interface Packet extends Omit<Connection, "direction" | "device"> {
  readonly in: string;
  readonly out: string;
  mark: number;
}

/** Words of a line; a quoted text is one word. */
export function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

function parseTables(text: string): Tables {
  const tables = new Map<string, Map<string, string[][]>>();
  let chains = new Map<string, string[][]>();
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) tables.set(line.slice(1), (chains = new Map<string, string[][]>()));
    const [command, chain = "", ...rule] = words(line);
    if (command === "-A") chains.set(chain, [...(chains.get(chain) ?? []), rule]);
  }
  return tables;
}

function inRange(address: string, range: string, family: IpFamily): boolean {
  const [network = "", length] = range.split("/");
  const type = family === "IPv4" ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, Number(length), type);
  return list.check(address, type);
}

function inPorts(port: number, ports: string): boolean {
  return ports.split(",").some((range) => {
    const [first = 0, last = first] = range.split(":").map(Number);
    return first <= port && port <= last;
  });
}

type Match = (packet: Packet, value: string) => boolean;

const matches: Readonly<Record<string, Match>> = {
  "-s": ({ source, family }, range) => inRange(source, range, family),
  "-d": ({ destination, family }, range) => inRange(destination, range, family),
  "-i": (packet, device) => packet.in === device,
  "-o": (packet, device) => packet.out === device,
  "-p": ({ protocol }, wanted) => protocol === wanted,
  "-m": () => true,
  "--comment": () => true,
  "--dport": ({ port }, ports) => inPorts(port, ports),
  "--dports": ({ port }, ports) => inPorts(port, ports),
  "--uid-owner": ({ uid }, wanted) => uid === Number(wanted),
  "--gid-owner": ({ gid }, wanted) => gid === Number(wanted),
  "--mark": ({ mark }, wanted) => mark === Number(wanted),
};

function matchesAll(rule: readonly string[], packet: Packet): boolean {
  let [at, all] = [0, true];
  // A connection mark is only ever set by later packets.
  if (rule.includes("connmark")) return false;
  while (at < rule.indexOf("-j")) {
    const negated = rule[at] === "!";
    const option = rule[negated ? at + 1 : at] ?? "";
    if (option === "--syn") {
      at += 1;
      continue;
    }
    const match = matches[option];
    if (match === undefined) throw new Error(`the interpreter does not know ${option}`);
    all &&= match(packet, rule[negated ? at + 2 : at + 1] ?? "") !== negated;
    at += negated ? 3 : 2;
  }
  return all;
}

/** The port of the proxy that the chain sends the packet to; undefined where it lets it pass. */
function traverse(tables: Tables, table: string, chain: string, packet: Packet): string | undefined {
  for (const rule of tables.get(table)?.get(chain) ?? []) {
    if (!matchesAll(rule, packet)) continue;
    const [target = "", , value] = rule.slice(rule.indexOf("-j") + 1);
    if (target === "RETURN") return undefined;
    if (target === "REDIRECT" || target === "TPROXY") return value;
    if (target === "MARK") packet.mark = Number(value);
    const decided = target.startsWith("OUTRIGGER_") ? traverse(tables, table, target, packet) : undefined;
    if (decided !== undefined) return decided;
  }
  return undefined;
}

function comeIn(tables: Tables, packet: Packet): string | undefined {
  return traverse(tables, "mangle", "PREROUTING", packet) ?? traverse(tables, "nat", "PREROUTING", packet);
}

function goOut(tables: Tables, packet: Packet): string | undefined {
  traverse(tables, "mangle", "OUTPUT", packet);
  const redirected = traverse(tables, "nat", "OUTPUT", packet);
  if (redirected !== undefined || packet.out !== "lo") return redirected;
  // What goes out by loopback comes in by it; its NAT has been decided by then.
  return traverse(tables, "mangle", "PREROUTING", { ...packet, in: "lo", out: "" });
}

/** @param text restore text of the connection's family */
export function judge(text: string, connection: Connection): Verdict {
  const tables = parseTables(text);
  const { direction, device } = connection;
  const packet = {
    ...connection,
    in: direction === "in" ? device : "",
    out: direction === "out" ? device : "",
    mark: 0,
  };
  const port = direction === "in" ? comeIn(tables, packet) : goOut(tables, packet);
  return port === "15006" ? "captured inbound" : port === "15001" ? "captured outbound" : "direct";
}
