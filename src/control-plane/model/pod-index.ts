/**
 * The pods, by name, IP, namespace and node. An IP is one pod's at a time; while two claim it, because the news that one has
 * ended is late, it is the later one's.
 */
import type { PodRecord } from "./cluster-object.ts";
import { MultiMap, setOf } from "./multi-map.ts";
import type { AppliedTls } from "./tls-policies.ts";
import type { TlsTransition } from "./tls-transition.ts";
import type { InboundTls, NamespacedName, Workload } from "./workload.ts";

/** A pod and what follows from it; replaced as a whole, never modified. */
export interface PodEntry {
  readonly record: PodRecord;
  readonly workload: Workload;
  /** What its certificate bears, where it takes mTLS. */
  readonly identity: string;
  /** What its TLS mode comes from. */
  readonly tls: AppliedTls;
  /** On the way to that mode. */
  readonly transition: TlsTransition | undefined;
  /** What its clients go by. */
  readonly clientTls: InboundTls;
}

export class PodIndex {
  readonly #entries = new Map<NamespacedName, PodEntry>();
  readonly #byIp = new MultiMap<NamespacedName>();
  readonly #byNamespace = new MultiMap<NamespacedName>();
  readonly #byNode = new MultiMap<NamespacedName>();

  get(key: NamespacedName): PodEntry | undefined {
    return this.#entries.get(key);
  }

  keys(): Iterable<NamespacedName> {
    return this.#entries.keys();
  }

  ofNamespace(namespace: string): Iterable<NamespacedName> {
    return this.#byNamespace.get(namespace);
  }

  onNode(node: string): Iterable<NamespacedName> {
    return this.#byNode.get(node);
  }

  /** Those that claim the IP as theirs alone. */
  claimantsOf(ip: string): Iterable<NamespacedName> {
    return this.#byIp.get(ip);
  }

  ownerOf(ip: string): PodEntry | undefined {
    let owner: PodEntry | undefined;
    for (const key of this.#byIp.get(ip)) {
      const entry = this.#entries.get(key);
      if (entry !== undefined && (owner === undefined || succeeds(entry.record, owner.record))) owner = entry;
    }
    return owner;
  }

  /** Whether connections to the IP reach this pod, as far as is known. */
  isAt(key: NamespacedName, ip: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && (entry === this.ownerOf(ip) || entry.record.sharedIps.includes(ip));
  }

  set(key: NamespacedName, entry: PodEntry | undefined): void {
    const before = this.#entries.get(key)?.record;
    const after = entry?.record;
    this.#byIp.move(key, new Set(before?.ips), new Set(after?.ips));
    this.#byNamespace.move(key, setOf(before?.namespace), setOf(after?.namespace));
    this.#byNode.move(key, setOf(before?.node), setOf(after?.node));
    if (entry === undefined) this.#entries.delete(key);
    else this.#entries.set(key, entry);
  }
}

function succeeds(one: PodRecord, other: PodRecord): boolean {
  const age = one.createdAt - other.createdAt;
  if (age !== 0) return age > 0;
  return one.namespace === other.namespace ? one.name > other.name : one.namespace > other.namespace;
}
