/**
 * The encoded endpoints of one destination, where they depend on the client's place: one encoding for each view, shared by
 * all clients that have it.
 */
import type { EncodedResource } from "../ads/resource-source.ts";
import type { ViewChoice } from "../model/endpoint-choice.ts";
import type { Vantage } from "../model/vantage.ts";

export class EndpointViews<T> {
  readonly #choose: NonNullable<ViewChoice<T>>;
  readonly #encode: (groups: T) => EncodedResource;
  readonly #encoded = new Map<string, EncodedResource>();

  constructor(choose: NonNullable<ViewChoice<T>>, encode: (groups: T) => EncodedResource) {
    this.#choose = choose;
    this.#encode = encode;
  }

  /** What a client there gets. */
  from(vantage: Vantage): EncodedResource {
    const { key, groups } = this.#choose(vantage);
    const known = this.#encoded.get(key);
    if (known !== undefined) return known;
    const made = this.#encode(groups());
    this.#encoded.set(key, made);
    return made;
  }
}
