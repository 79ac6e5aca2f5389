/**
 * Which ports of a pod take requests and nothing else, by the Services of its namespace that lead to them: what arrives there
 * need not be looked into. Ready or not, an endpoint speaks what it speaks; so a pod's listeners stay as they are while it comes
 * and goes. A port that one Service calls HTTP and another something else is looked into, as one that none declares.
 */
import type { ServiceRecord, SliceRecord } from "./cluster-object.ts";
import type { DeclaredProtocol } from "./destination.ts";
import type { NamespacedName } from "./workload.ts";

type Spoken = "requests" | "bytes";
type Ports = ReadonlyMap<number, Spoken>;

/** IP → what one Service says of ports there; those of which it says nothing are not listed. */
export type DeclarationsByIp = ReadonlyMap<string, Ports>;

/** Shared by all Services that declare nothing. */
export const noDeclarations: DeclarationsByIp = new Map();

const none: readonly number[] = [];

/** @param protocols what each port of the Service says, in its order */
export function declarePorts(
  { ports }: ServiceRecord,
  protocols: readonly DeclaredProtocol[],
  slices: readonly SliceRecord[],
): DeclarationsByIp {
  const found = new Map<string, Map<number, Spoken>>();
  for (const [index, { name, port, targetPort }] of ports.entries()) {
    const protocol = protocols[index] ?? "detect";
    if (protocol === "detect") continue;
    const spoken = protocol === "tcp" ? "bytes" : "requests";
    for (const slice of slices) {
      const numbers = slice.ports
        .filter((slicePort) => slicePort.name === name)
        .map((one) => one.port ?? targetPort ?? port);
      for (const { ip } of slice.endpoints) {
        const known = found.get(ip) ?? new Map<number, Spoken>();
        found.set(ip, known);
        for (const number of numbers) known.set(number, known.get(number) === "bytes" ? "bytes" : spoken);
      }
    }
  }
  return found.size === 0 ? noDeclarations : found;
}

export class DeclaredPorts {
  readonly #byIp = new Map<string, Map<NamespacedName, Ports>>();

  /** Of a pod with these IPs, the ports that take requests alone, ascending; the same list where there are none. */
  requestsAt(namespace: string, ips: readonly string[]): readonly number[] {
    const spoken = new Map<number, Spoken>();
    for (const ip of ips) {
      for (const [service, ports] of this.#byIp.get(ip) ?? []) {
        // Nobody decides on the pods of others.
        if (!service.startsWith(`${namespace}/`)) continue;
        for (const [port, says] of ports) spoken.set(port, spoken.get(port) === "bytes" ? "bytes" : says);
      }
    }
    const ports = [...spoken].filter(([, says]) => says === "requests").map(([port]) => port);
    return ports.length === 0 ? none : ports.sort((one, other) => one - other);
  }

  /** @returns the IPs of which something else may be true now */
  replace(service: NamespacedName, before: DeclarationsByIp, after: DeclarationsByIp): readonly string[] {
    if (before === after) return [];
    const ips = new Set([...before.keys(), ...after.keys()]);
    const changed = [...ips].filter((ip) => !saySame(before.get(ip), after.get(ip)));
    for (const ip of changed) this.#set(ip, service, after.get(ip));
    return changed;
  }

  #set(ip: string, service: NamespacedName, ports: Ports | undefined): void {
    const services = this.#byIp.get(ip) ?? new Map<NamespacedName, Ports>();
    if (ports === undefined) services.delete(service);
    else services.set(service, ports);
    if (services.size === 0) this.#byIp.delete(ip);
    else this.#byIp.set(ip, services);
  }
}

/** By hand, as it is asked of every replica at each change of one. */
function saySame(one: Ports | undefined, other: Ports | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.size === other.size && [...one].every(([port, says]) => other.get(port) === says);
}
