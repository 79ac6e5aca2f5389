/** The Services with their slices, and what has been worked out of each. */
import type { ServiceRecord, SliceRecord } from "./cluster-object.ts";
import type { Address } from "./destination.ts";
import { MultiMap, setOf } from "./multi-map.ts";
import { parseNamedPort } from "./named-destination.ts";
import { noExposure } from "./port-inspection.ts";
import { noLimits } from "./replica-limits.ts";
import type { ResolvedService } from "./resolve-service.ts";
import type { ResolvedPort } from "./resolved-port.ts";
import { noDeclarations } from "./declared-ports.ts";
import type { NamespacedName } from "./workload.ts";
import { namespacedName } from "./workload.ts";

/** Of a Service that there is none of. */
const nothing: ResolvedService = {
  ports: [],
  claims: new Map(),
  exposure: noExposure,
  endpointIps: new Set(),
  named: new Map(),
  front: undefined,
  limits: noLimits,
  declarations: noDeclarations,
  requests: new Map(),
};

export class ServiceIndex {
  readonly #records = new Map<NamespacedName, ServiceRecord>();
  readonly #resolved = new Map<NamespacedName, ResolvedService>();
  readonly #byNamespace = new MultiMap<NamespacedName>();
  readonly #byEndpointIp = new MultiMap<NamespacedName>();
  readonly #slices = new Map<string, SliceRecord>();
  readonly #slicesOf = new MultiMap();

  get(key: NamespacedName): ServiceRecord | undefined {
    return this.#records.get(key);
  }

  ofNamespace(namespace: string): Iterable<NamespacedName> {
    return this.#byNamespace.get(namespace);
  }

  /** Services with a slice that names the IP. */
  usersOf(ip: string): Iterable<NamespacedName> {
    return this.#byEndpointIp.get(ip);
  }

  set(key: NamespacedName, record: ServiceRecord | undefined): void {
    const before = this.#records.get(key);
    this.#byNamespace.move(key, setOf(before?.namespace), setOf(record?.namespace));
    if (record === undefined) this.#records.delete(key);
    else this.#records.set(key, record);
  }

  /** @returns the Services that the slice has belonged to or belongs to now */
  setSlice(key: string, record: SliceRecord | undefined): readonly NamespacedName[] {
    const [from, to] = [serviceOf(this.#slices.get(key)), serviceOf(record)];
    this.#slicesOf.move(key, setOf(from), setOf(to));
    if (record === undefined) this.#slices.delete(key);
    else this.#slices.set(key, record);
    return [from, to].filter((service) => service !== undefined);
  }

  /** A Service's slices, by name. */
  slicesOf(key: NamespacedName): readonly SliceRecord[] {
    const keys = [...this.#slicesOf.get(key)].sort();
    return keys.map((slice) => this.#slices.get(slice)).filter((slice) => slice !== undefined);
  }

  resolved(key: NamespacedName): ResolvedService {
    return this.#resolved.get(key) ?? nothing;
  }

  /** Puts down what has been worked out; undefined: the Service is gone. */
  setResolved(key: NamespacedName, resolved: ResolvedService | undefined): void {
    this.#byEndpointIp.move(key, this.resolved(key).endpointIps, (resolved ?? nothing).endpointIps);
    if (resolved === undefined) this.#resolved.delete(key);
    else this.#resolved.set(key, resolved);
  }
}

/** What a Service's name and port stand for; undefined where it has an IP of its own, or there is none such. */
export function findNamedPort(services: Pick<ServiceIndex, "resolved">, name: Address): ResolvedPort | undefined {
  const service = parseNamedPort(name)?.service;
  return service && services.resolved(service).named.get(name);
}

function serviceOf(slice: SliceRecord | undefined): NamespacedName | undefined {
  return slice && namespacedName(slice.namespace, slice.service);
}
