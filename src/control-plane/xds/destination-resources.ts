/**
 * Clusters and endpoints of destinations: the same for every proxy, encoded when the first one asks, kept until something
 * about them changes or nobody wants them any more.
 */
import type { EncodedResource, TypeUrl } from "../ads/resource-source.ts";
import { typeUrls } from "../ads/resource-source.ts";
import { parseAddress } from "../model/address.ts";
import type { Mesh } from "../model/mesh.ts";
import { MultiMap } from "../model/multi-map.ts";
import { destinationCluster } from "./destination-cluster.ts";
import type { UnknownDestinations } from "./destination-cluster.ts";
import { encoded, encodedJson } from "./encoded.ts";
import { encodeAssignment } from "./endpoint-assignment.ts";
import type { DestinationName } from "./names.ts";
import { parseDestinationName } from "./names.ts";

/** The two types of what is made of a destination. */
export type DestinationType = typeof typeUrls.cluster | typeof typeUrls.endpoints;

export class DestinationResources {
  readonly #mesh: Mesh;
  readonly #unknown: UnknownDestinations;
  readonly #encoded: Readonly<Record<DestinationType, Map<string, EncodedResource>>> = {
    [typeUrls.cluster]: new Map(),
    [typeUrls.endpoints]: new Map(),
  };
  /** IP → names that were asked for. */
  readonly #names = new MultiMap();

  constructor(mesh: Mesh, unknown: UnknownDestinations) {
    this.#mesh = mesh;
    this.#unknown = unknown;
  }

  /** Undefined for a name that is no destination's, and for the endpoints of an unknown one, which it has not. */
  get(type: DestinationType, name: string): EncodedResource | undefined {
    const known = this.#encoded[type].get(name);
    if (known !== undefined) return known;
    const wanted = parseDestinationName(name);
    if (wanted === undefined) return undefined;
    const made = this.#make(type, name, wanted);
    if (made !== undefined) this.#keep(type, made, wanted);
    return made;
  }

  /** The names at an IP that were asked for. */
  at(ip: string): Iterable<string> {
    return this.#names.get(ip);
  }

  /** What is kept of these names no longer holds. */
  drop(type: DestinationType, names: Iterable<string>): void {
    for (const name of names) this.#encoded[type].delete(name);
  }

  /** Nobody wants this any more. */
  release(type: DestinationType, name: string): void {
    this.#encoded[type].delete(name);
    const ip = parseAddress(parseDestinationName(name)?.address ?? "")?.ip;
    // Endpoints are wanted only by those who have the cluster.
    if (ip !== undefined && type === typeUrls.cluster) this.#names.delete(ip, name);
  }

  #make(type: DestinationType, name: string, { carriage, address }: DestinationName): EncodedResource | undefined {
    const destination = this.#mesh.destination(address);
    if (type === typeUrls.cluster) return encodedJson(type, destinationCluster(carriage, destination, this.#unknown));
    return destination.kind === "unknown" ? undefined : encoded(name, encodeAssignment(name, destination));
  }

  #keep(type: DestinationType, made: EncodedResource, { address }: DestinationName): void {
    this.#encoded[type].set(made.name, made);
    const ip = parseAddress(address)?.ip;
    if (ip !== undefined) this.#names.add(ip, made.name);
  }
}

/** Whether a type is made of destinations. */
export function isDestinationType(type: TypeUrl): type is DestinationType {
  return type === typeUrls.cluster || type === typeUrls.endpoints;
}
