/**
 * Clusters and endpoints of destinations: encoded when the first proxy asks, kept until something about them changes or
 * nobody wants them any more. They are the same for every proxy, but for the endpoints of the few destinations where it
 * matters in which zone or on which node the client is.
 */
import type { EncodedResource, TypeUrl } from "../ads/resource-source.ts";
import { typeUrls } from "../ads/resource-source.ts";
import { familyOf, parseAddress } from "../model/address.ts";
import type { Address, ServiceDestination, Share } from "../model/destination.ts";
import type { PriorityGroups } from "../model/endpoint-choice.ts";
import { chooseView, commonGroups } from "../model/endpoint-choice.ts";
import type { Mesh } from "../model/mesh.ts";
import { MultiMap } from "../model/multi-map.ts";
import type { WeighedShares } from "../model/tcp-routes/weigh-shares.ts";
import { chooseShares, commonShares } from "../model/tcp-routes/weigh-shares.ts";
import { vantageOf } from "../model/vantage.ts";
import type { NamespacedName } from "../model/workload.ts";
import { destinationCluster } from "./destination-cluster.ts";
import type { UnknownDestinations } from "./destination-cluster.ts";
import { createClusterEncoder } from "./cluster-encoder.ts";
import { encoded } from "./encoded.ts";
import { encodeAssignment } from "./endpoint-assignment.ts";
import { EndpointViews } from "./endpoint-views.ts";
import type { DestinationName } from "./names.ts";
import { parseDestinationName, parseEndpointsName } from "./names.ts";
import { encodeSplit } from "./tcp-routes/split-assignment.ts";

/** The two types of what is made of a destination. */
export type DestinationType = typeof typeUrls.cluster | typeof typeUrls.endpoints;

const parseName = {
  [typeUrls.cluster]: parseDestinationName,
  [typeUrls.endpoints]: parseEndpointsName,
} as const satisfies Record<DestinationType, unknown>;

export class DestinationResources {
  readonly #mesh: Mesh;
  readonly #unknown: UnknownDestinations;
  readonly #encodeCluster = createClusterEncoder();
  /** What is the same for every proxy. */
  readonly #encoded: Readonly<Record<DestinationType, Map<string, EncodedResource>>> = {
    [typeUrls.cluster]: new Map(),
    [typeUrls.endpoints]: new Map(),
  };
  /** Endpoints that are not. */
  readonly #views = new Map<string, EndpointViews<PriorityGroups> | EndpointViews<WeighedShares>>();
  /** Address → names that were asked for. */
  readonly #asked = { [typeUrls.cluster]: new MultiMap(), [typeUrls.endpoints]: new MultiMap() } as const;
  /** IP → addresses of which something was asked for. */
  readonly #addresses = new MultiMap();

  constructor(mesh: Mesh, unknown: UnknownDestinations) {
    this.#mesh = mesh;
    this.#unknown = unknown;
  }

  /**
   * Undefined for a name that is no destination's, and for the endpoints of an unknown one, which it has not.
   *
   * @param client whose sidecar asks
   */
  get(type: DestinationType, name: string, client: NamespacedName): EncodedResource | undefined {
    const known = this.#encoded[type].get(name) ?? this.#seenBy(client, type, name);
    if (known !== undefined) return known;
    const wanted = parseName[type](name);
    if (wanted === undefined) return undefined;
    // Also where there is none yet: there may be one soon, and then whoever asked is to be told.
    this.#note(type, name, wanted);
    this.#make(type, name, wanted);
    return this.#encoded[type].get(name) ?? this.#seenBy(client, type, name);
  }

  addressesAt(ip: string): Iterable<Address> {
    return this.#addresses.get(ip);
  }

  endpointsOf(address: Address): Iterable<string> {
    return this.#asked[typeUrls.endpoints].get(address);
  }

  /** What is kept of these names no longer holds. */
  drop(type: DestinationType, names: Iterable<string>): void {
    for (const name of names) this.#forget(type, name);
  }

  /** Nobody wants this any more. */
  release(type: DestinationType, name: string): void {
    this.#forget(type, name);
    const wanted = parseName[type](name);
    if (wanted === undefined) return;
    const { address } = wanted;
    this.#asked[type].delete(address, name);
    const isAsked = Object.values(this.#asked).some((names) => names.has(address));
    const ip = parseAddress(address)?.ip;
    if (ip !== undefined && !isAsked) this.#addresses.delete(ip, address);
  }

  #note(type: DestinationType, name: string, { address }: DestinationName): void {
    const ip = parseAddress(address)?.ip;
    if (ip !== undefined) this.#addresses.add(ip, address);
    this.#asked[type].add(address, name);
  }

  #seenBy(client: NamespacedName, type: DestinationType, name: string): EncodedResource | undefined {
    const views = type === typeUrls.endpoints ? this.#views.get(name) : undefined;
    return views?.from(vantageOf(this.#mesh.workload(client)));
  }

  #make(type: DestinationType, name: string, { use, address }: DestinationName): void {
    const destination = this.#mesh.destination(address);
    if (type === typeUrls.cluster) {
      this.#encoded[type].set(name, this.#encodeCluster(destinationCluster(use, destination, this.#unknown)));
    } else if (destination.kind === "service" && destination.shares !== undefined) {
      this.#makeSplit(name, destination, destination.shares);
    } else if (destination.kind !== "unknown") {
      const locality = destination.kind === "service" ? destination.balancing?.locality : undefined;
      const encode = (groups: PriorityGroups): EncodedResource =>
        encoded(name, encodeAssignment(name, groups, locality?.overprovisioningPercent));
      const choose = chooseView(destination, locality);
      if (choose === undefined) this.#encoded[type].set(name, encode(commonGroups(destination)));
      else this.#views.set(name, new EndpointViews(choose, encode));
    }
  }

  #makeSplit(name: string, { address }: ServiceDestination, shares: readonly Share[]): void {
    const family = familyOf(parseAddress(address)?.ip ?? "");
    const encode = (weighed: WeighedShares): EncodedResource => encoded(name, encodeSplit(name, weighed, family));
    const choose = chooseShares(shares);
    if (choose === undefined) this.#encoded[typeUrls.endpoints].set(name, encode(commonShares(shares)));
    else this.#views.set(name, new EndpointViews(choose, encode));
  }

  #forget(type: DestinationType, name: string): void {
    this.#encoded[type].delete(name);
    if (type === typeUrls.endpoints) this.#views.delete(name);
  }
}

/** Whether a type is made of destinations. */
export function isDestinationType(type: TypeUrl): type is DestinationType {
  return type === typeUrls.cluster || type === typeUrls.endpoints;
}
