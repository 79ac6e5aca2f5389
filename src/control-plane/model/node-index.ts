/** The cluster's nodes: their zones, and the IPs at which node ports answer. */
import type { NodeRecord } from "./cluster-object.ts";
import { MultiMap } from "./multi-map.ts";

export class NodeIndex {
  readonly #records = new Map<string, NodeRecord>();
  readonly #byIp = new MultiMap();

  get(name: string): NodeRecord | undefined {
    return this.#records.get(name);
  }

  /** Empty where the node is not known or has none. */
  zoneOf(name: string): string {
    return this.#records.get(name)?.zone ?? "";
  }

  hasIp(ip: string): boolean {
    return this.#byIp.has(ip);
  }

  ips(): Iterable<string> {
    return this.#byIp.keys();
  }

  set(name: string, record: NodeRecord | undefined): void {
    this.#byIp.move(name, new Set(this.#records.get(name)?.ips), new Set(record?.ips));
    if (record === undefined) this.#records.delete(name);
    else this.#records.set(name, record);
  }
}
