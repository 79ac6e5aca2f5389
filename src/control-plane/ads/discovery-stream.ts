/**
 * One proxy's stream after it was admitted: the state machine with its wire and its end.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { Clock } from "../../clock.ts";
import { callAt } from "../../clock.ts";
import type { DeltaDiscoveryRequest, DeltaDiscoveryResponse } from "../../envoy-api/discovery.ts";
import type { DiscoveryMetrics } from "../../observability/discovery-metrics.ts";
import type { Log } from "../../observability/logger.ts";
import type { Proxy } from "../proxy.ts";
import type { ResourceSource, TypeUrl } from "./resource-source.ts";
import { StreamRecords } from "./stream-records.ts";
import type { StreamLimits, TypeStatus } from "./stream-state.ts";
import { StreamState } from "./stream-state.ts";
import type { Recheck, SubscriberIndex } from "./subscriber-index.ts";
import type { SentResource } from "./type-subscription.ts";

export type DeltaCall = ServerDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

export interface StreamDependencies {
  readonly source: ResourceSource;
  readonly index: SubscriberIndex<DiscoveryStream>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: DiscoveryMetrics;
  readonly limits: StreamLimits;
}

export interface StreamOptions {
  readonly call: DeltaCall;
  readonly proxy: Proxy;
  /** Of the pod that its token is bound to; undefined where tokens are of names alone. */
  readonly podUid: string | undefined;
  /** When the stream ends by itself, in milliseconds since the epoch. */
  readonly endsAt: number;
}

/** A connected proxy, for people. */
export interface ProxyStatus {
  readonly proxy: Proxy;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly types: readonly TypeStatus[];
}

export class DiscoveryStream {
  readonly #dependencies: StreamDependencies;
  readonly #call: DeltaCall;
  readonly #proxy: Proxy;
  readonly #podUid: string | undefined;
  readonly #state: StreamState;
  readonly #records: StreamRecords;
  #isEnded = false;
  /** The connection is slower than we are: nothing more is written until it has caught up. */
  #isBlocked = false;
  #cancelEnd: () => void;

  constructor(dependencies: StreamDependencies, { call, proxy, podUid, endsAt }: StreamOptions) {
    const { index, clock } = dependencies;
    this.#dependencies = dependencies;
    this.#call = call;
    this.#proxy = proxy;
    this.#podUid = podUid;
    this.#records = new StreamRecords({ ...dependencies, proxy });
    this.#state = this.#newState();
    index.open(this, proxy.pod);
    call.on("drain", () => {
      this.#isBlocked = false;
      this.#push();
    });
    this.#cancelEnd = callAt(clock, endsAt, () => {
      this.end();
    });
    this.#records.opened(call.getPeer(), index.size);
  }

  request(request: DeltaDiscoveryRequest): void {
    if (this.#isEnded) return;
    const outcome = this.#state.request(request);
    if (outcome.ok) {
      this.#records.answered(outcome.type, outcome.answer);
      if (request.resourceNamesSubscribe.length > 0 || outcome.answer.kind === "none") this.#records.due();
      this.#push();
    } else if (outcome.reason === "too-many-names") {
      const { names } = this.#dependencies.limits;
      const details = `a proxy may subscribe to at most ${names} names of a type; look at what it connects to`;
      this.#call.emit("error", { code: status.RESOURCE_EXHAUSTED, details });
    } else {
      this.#records.unknownType(request.typeUrl);
    }
  }

  /** Something has changed; `since` in milliseconds since the epoch. */
  recheck(recheck: Recheck, since: number): void {
    if (this.#isEnded) return;
    if (recheck.everything) this.#state.recheckAll();
    else for (const [type, names] of recheck.names) this.#state.recheck(type, names);
    this.#records.due(since);
    this.#push();
  }

  /** Ends it in order; the proxy keeps what it has and opens another one. */
  end(): void {
    if (!this.#isEnded) this.#call.end();
  }

  /** Whether it is of this very pod. */
  isOf(uid: string): boolean {
    return this.#podUid === uid;
  }

  /** The stream has ended, whoever ended it. */
  close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelEnd();
    const { index } = this.#dependencies;
    this.#state.close();
    index.close(this, this.#proxy.pod);
    this.#records.closed(index.size);
  }

  status(): ProxyStatus {
    return { proxy: this.#proxy, connectedAt: this.#records.openedAt, types: this.#state.status() };
  }

  /** What the proxy has of each type. */
  contents(): ReadonlyMap<TypeUrl, readonly SentResource[]> {
    return this.#state.contents();
  }

  #newState(): StreamState {
    const { source, index, limits } = this.#dependencies;
    const proxy = this.#proxy;
    return new StreamState({
      limits,
      view: (type) => ({
        wildcardNames: () => source.wildcardNames(proxy, type),
        resource: (name) => source.resource(proxy, type, name),
      }),
      interest: {
        began: (type, name) => {
          index.began(this, type, name);
        },
        ceased: (type, name) => {
          if (index.ceased(this, type, name)) source.release(type, name);
        },
      },
    });
  }

  #push(): void {
    if (this.#isEnded || this.#isBlocked) return;
    for (const response of this.#state.next()) this.#write(response);
    if (!this.#state.hasPending) this.#records.settled();
  }

  #write(response: DeltaDiscoveryResponse): void {
    this.#records.pushed(response);
    if (!this.#call.write(response)) this.#isBlocked = true;
  }
}
