/**
 * Which destination ports sidecars look into. A listener of a sidecar stands for a port number, and Services share those:
 * a port is inspected as soon as one Service wants it, and the opaque Services on the same port are exempt by address.
 *
 * Node ports are neither: there may be thousands of them, each would cost every sidecar a listener, and pods call Services
 * by their cluster IPs. Connections to them are passed on as TCP, with mTLS.
 */
import { familyOf, formatAddress } from "./address.ts";
import type { ServiceRecord } from "./cluster-object.ts";
import type { Address } from "./destination.ts";
import type { ResolvedPort } from "./resolved-port.ts";

/** What one Service contributes. */
export interface Exposure {
  readonly inspected: readonly number[];
  readonly opaque: readonly OpaqueAddress[];
}

interface OpaqueAddress {
  readonly port: number;
  readonly address: Address;
}

export const noExposure: Exposure = { inspected: [], opaque: [] };

/** Where clients connect for a Service's ports; to a headless one, at its pods. */
export function exposures(service: ServiceRecord, ports: readonly ResolvedPort[]): Exposure {
  const inspected = new Set<number>();
  const opaque = new Map<Address, OpaqueAddress>();
  for (const resolved of ports) {
    for (const { ip, port } of placesOf(service, resolved)) {
      const address = formatAddress(ip, port);
      if (resolved.protocol === "tcp") opaque.set(address, { port, address });
      else inspected.add(port);
    }
  }
  return inspected.size + opaque.size === 0 ? noExposure : { inspected: [...inspected], opaque: [...opaque.values()] };
}

function placesOf(
  { kind, families, clusterIps, loadBalancerIps, externalIps }: ServiceRecord,
  { port, endpoints }: ResolvedPort,
): readonly { readonly ip: string; readonly port: number }[] {
  if (kind === "headless") return families.flatMap((family) => endpoints[family]);
  return [...clusterIps, ...loadBalancerIps, ...externalIps]
    .filter((ip) => families.includes(familyOf(ip)))
    .map((ip) => ({ ip, port }));
}

/** Counts what all Services contribute. */
export class PortInspection {
  readonly #inspected = new Map<number, number>();
  /** Port → opaque address → how many Services say so. */
  readonly #opaque = new Map<number, Map<Address, number>>();
  #ports: readonly number[] | undefined;
  #addresses: readonly Address[] | undefined;

  /** @returns whether {@link inspectedPorts} or {@link opaqueAddresses} give another answer now */
  replace(before: Exposure, after: Exposure): boolean {
    // What stays is counted twice for a moment, and so is never seen to go.
    const changes = [
      ...after.inspected.map((port) => this.#countPort(port, 1)),
      ...after.opaque.map((opaque) => this.#countAddress(opaque, 1)),
      ...before.inspected.map((port) => this.#countPort(port, -1)),
      ...before.opaque.map((opaque) => this.#countAddress(opaque, -1)),
    ];
    const changed = changes.includes(true);
    if (changed) this.#ports = this.#addresses = undefined;
    return changed;
  }

  inspectedPorts(): readonly number[] {
    return (this.#ports ??= [...this.#inspected.keys()].sort((one, other) => one - other));
  }

  opaqueAddresses(): readonly Address[] {
    const list = (): readonly Address[] =>
      this.inspectedPorts()
        .flatMap((port) => [...(this.#opaque.get(port)?.keys() ?? [])])
        .sort();
    return (this.#addresses ??= list());
  }

  #countPort(port: number, by: 1 | -1): boolean {
    return count(this.#inspected, port, by);
  }

  #countAddress({ port, address }: OpaqueAddress, by: 1 | -1): boolean {
    const addresses = this.#opaque.get(port) ?? new Map<Address, number>();
    const appearsOrGoes = count(addresses, address, by);
    if (addresses.size === 0) this.#opaque.delete(port);
    else this.#opaque.set(port, addresses);
    return appearsOrGoes && this.#inspected.has(port);
  }
}

/** @returns whether the key came or went */
function count<K>(counts: Map<K, number>, key: K, by: 1 | -1): boolean {
  const before = counts.get(key) ?? 0;
  if (before + by === 0) counts.delete(key);
  else counts.set(key, before + by);
  return before === 0 || before + by === 0;
}
