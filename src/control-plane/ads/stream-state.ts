/**
 * Everything that one delta stream knows: five subscriptions and their common order. No I/O, no time: requests and changes
 * go in, responses come out when asked for.
 */
import type { DeltaDiscoveryRequest, DeltaDiscoveryResponse } from "../../envoy-api/discovery.ts";
import { additionOrder, mayBeInUse, removalOrder, waitsFor } from "./push-order.ts";
import type { RefusedResource } from "./held-resources.ts";
import type { TypeUrl } from "./resource-source.ts";
import type { Answer, ResourceView, SentResource, TakeOptions } from "./type-subscription.ts";
import { TypeSubscription } from "./type-subscription.ts";

/** Hears which names of which type begin and cease to be wanted on this stream. */
export interface StreamInterest {
  began(type: TypeUrl, name: string): void;
  ceased(type: TypeUrl, name: string): void;
}

export interface StreamLimits {
  /** Bytes of the resources of one response. */
  readonly responseBytes: number;
  /** Names of one type that a client may ask for one by one. */
  readonly names: number;
}

export interface StreamStateOptions {
  readonly view: (type: TypeUrl) => ResourceView;
  readonly interest: StreamInterest;
  readonly limits: StreamLimits;
}

export type RequestOutcome =
  | { readonly ok: true; readonly type: TypeUrl; readonly answer: Answer }
  /** `unknown-type`: nothing that is served here, and nothing will be said. `too-many-names`: the stream is to end. */
  | { readonly ok: false; readonly reason: "unknown-type" | "too-many-names" };

/** What a stream has of one type, for people. */
export interface TypeStatus {
  readonly type: TypeUrl;
  readonly resources: number;
  /** Whether it has taken everything it was sent, nothing is left to send, and everything could be made. */
  readonly synced: boolean;
  readonly refused: readonly RefusedResource[];
}

export class StreamState {
  readonly #limits: StreamLimits;
  /** Of every type. */
  readonly #subscriptions: ReadonlyMap<TypeUrl, TypeSubscription>;
  #nonce = 0;

  constructor({ view, interest, limits }: StreamStateOptions) {
    this.#limits = limits;
    this.#subscriptions = new Map(
      additionOrder.map((type) => {
        const listener = {
          began: (name: string) => {
            interest.began(type, name);
          },
          ceased: (name: string) => {
            interest.ceased(type, name);
          },
        };
        return [type, new TypeSubscription(view(type), listener)];
      }),
    );
  }

  request(request: DeltaDiscoveryRequest): RequestOutcome {
    const type = request.typeUrl as TypeUrl;
    const subscription = this.#subscriptions.get(type);
    if (subscription === undefined) return { ok: false, reason: "unknown-type" };
    const names = subscription.namedCount + request.resourceNamesSubscribe.length;
    if (names > this.#limits.names) return { ok: false, reason: "too-many-names" };
    return { ok: true, type, answer: subscription.request(request) };
  }

  /** These resources may have changed. */
  recheck(type: TypeUrl, names: Iterable<string>): void {
    this.#subscriptions.get(type)?.recheck(names);
  }

  /** Anything may have changed. */
  recheckAll(): void {
    for (const subscription of this.#subscriptions.values()) subscription.recheckAll();
  }

  /** The responses that can be sent now, in their order; at most one of a type. */
  next(): readonly DeltaDiscoveryResponse[] {
    return [...this.#nextAdditions(), ...this.#nextRemovals()];
  }

  /** Whether there is anything to send, now or after an answer. */
  get hasPending(): boolean {
    return additionOrder.some((type) => this.#subscription(type).hasPending);
  }

  status(): readonly TypeStatus[] {
    return Array.from(this.#subscriptions, ([type, subscription]) => {
      const { heldCount, isSettled, withholds } = subscription;
      return { type, resources: heldCount, synced: isSettled && !withholds, refused: subscription.refused() };
    });
  }

  /** What the client has of each type, in the order in which it was sent. */
  contents(): ReadonlyMap<TypeUrl, readonly SentResource[]> {
    return new Map(Array.from(this.#subscriptions, ([type, subscription]) => [type, subscription.contents()]));
  }

  /** The stream has ended: nothing is wanted any more. */
  close(): void {
    for (const subscription of this.#subscriptions.values()) subscription.close();
  }

  #nextAdditions(): readonly DeltaDiscoveryResponse[] {
    const responses: DeltaDiscoveryResponse[] = [];
    const [due, sent] = [new Set<TypeUrl>(), new Set<TypeUrl>()];
    for (const type of additionOrder) {
      const subscription = this.#subscription(type);
      const isFree = !subscription.isBusy && !waitsFor(type, { due, sent });
      if (isFree && subscription.pending().additions) responses.push(...this.#take(type, subscription, "additions"));
      if (subscription.pending().additions) due.add(type);
      if (subscription.isBusy) sent.add(type);
    }
    return responses;
  }

  #nextRemovals(): readonly DeltaDiscoveryResponse[] {
    const responses: DeltaDiscoveryResponse[] = [];
    const unsettled = new Set<TypeUrl>();
    for (const type of removalOrder) {
      const subscription = this.#subscription(type);
      const isFree = !subscription.isBusy && !mayBeInUse(type, unsettled);
      if (isFree && subscription.pending().removals) responses.push(...this.#take(type, subscription, "removals"));
      if (!subscription.isSettled || subscription.isBehind) unsettled.add(type);
    }
    return responses;
  }

  #subscription(type: TypeUrl): TypeSubscription {
    const subscription = this.#subscriptions.get(type);
    if (subscription === undefined) throw new Error(`there is no subscription of ${type}`);
    return subscription;
  }

  #take(
    type: TypeUrl,
    subscription: TypeSubscription,
    what: keyof Pick<TakeOptions, "additions" | "removals">,
  ): readonly DeltaDiscoveryResponse[] {
    const nonce = String(this.#nonce + 1);
    const maxBytes = this.#limits.responseBytes;
    const update = subscription.take({ nonce, additions: false, removals: false, maxBytes, [what]: true });
    if (update === undefined) return [];
    this.#nonce += 1;
    return [{ typeUrl: type, nonce, resources: update.resources, removedResources: update.removed }];
  }
}
