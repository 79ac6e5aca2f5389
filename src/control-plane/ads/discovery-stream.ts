/**
 * One proxy's stream after it was admitted: the state machine with its wire, its timers and its traces in log and metrics.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { Clock } from "../../clock.ts";
import type { DeltaDiscoveryRequest, DeltaDiscoveryResponse } from "../../envoy-api/discovery.ts";
import type { DiscoveryMetrics } from "../../observability/discovery-metrics.ts";
import type { Log } from "../../observability/logger.ts";
import type { Proxy } from "../proxy.ts";
import type { ResourceSource, TypeUrl } from "./resource-source.ts";
import { typeUrls } from "./resource-source.ts";
import type { StreamLimits, TypeStatus } from "./stream-state.ts";
import { StreamState } from "./stream-state.ts";
import type { Recheck, SubscriberIndex } from "./subscriber-index.ts";
import type { Answer, SentResource } from "./type-subscription.ts";

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

/** `cluster` of its type URL: labels of metrics, fields of the log. */
const typeNames = new Map<TypeUrl, string>(Object.entries(typeUrls).map(([name, url]) => [url, name]));

function nameOf(type: TypeUrl): string {
  return typeNames.get(type) ?? type;
}

/** A refusal of thousands of resources must not become a line of thousands. */
const mostLogged = 10;

export class DiscoveryStream {
  readonly #dependencies: StreamDependencies;
  readonly #call: DeltaCall;
  readonly #proxy: Proxy;
  readonly #state: StreamState;
  readonly #connectedAt: number;
  #isEnded = false;
  /** The connection is slower than we are: nothing more is written until it has caught up. */
  #isBlocked = false;
  /** Since when there has been something to tell. */
  #dueSince: number | undefined;
  readonly #sentSince = new Map<TypeUrl, number>();
  #cancelTimer = (): void => undefined;

  constructor(dependencies: StreamDependencies, { call, proxy, endsAt }: StreamOptions) {
    const { source, index, clock, log, metrics, limits } = dependencies;
    this.#dependencies = dependencies;
    this.#call = call;
    this.#proxy = proxy;
    this.#connectedAt = clock.now();
    this.#state = new StreamState({
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
    index.open(this, proxy.pod);
    metrics.connected(index.size);
    call.on("drain", () => {
      this.#isBlocked = false;
      this.#push();
    });
    this.#endAt(endsAt);
    log.info({ proxy: proxy.pod, identity: proxy.identity, peer: call.getPeer() }, "proxy connected");
  }

  request(request: DeltaDiscoveryRequest): void {
    if (this.#isEnded) return;
    const outcome = this.#state.request(request);
    if (outcome.ok) {
      this.#noteAnswer(outcome.type, outcome.answer);
      if (request.resourceNamesSubscribe.length > 0 || outcome.answer.kind === "none") this.#noteDue();
      this.#push();
    } else if (outcome.reason === "too-many-names") {
      const { names } = this.#dependencies.limits;
      const details = `a proxy may subscribe to at most ${names} names of a type; look at what it connects to`;
      this.#call.emit("error", { code: status.RESOURCE_EXHAUSTED, details });
    } else {
      this.#dependencies.log.debug({ proxy: this.#proxy.pod, type: request.typeUrl }, "unknown resource type");
    }
  }

  /** Something has changed; `since` in milliseconds since the epoch. */
  recheck(recheck: Recheck, since: number): void {
    if (recheck.everything) this.#state.recheckAll();
    else for (const [type, names] of recheck.names) this.#state.recheck(type, names);
    this.#noteDue(since);
    this.#push();
  }

  /** Ends it in order; the proxy keeps what it has and opens another one. */
  end(): void {
    if (!this.#isEnded) this.#call.end();
  }

  /** The stream has ended, whoever ended it. */
  close(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelTimer();
    const { index, clock, log, metrics } = this.#dependencies;
    this.#state.close();
    index.close(this, this.#proxy.pod);
    metrics.connected(index.size);
    log.info({ proxy: this.#proxy.pod, seconds: (clock.now() - this.#connectedAt) / 1_000 }, "proxy disconnected");
  }

  status(): ProxyStatus {
    return { proxy: this.#proxy, connectedAt: this.#connectedAt, types: this.#state.status() };
  }

  /** What the proxy has of each type. */
  contents(): ReadonlyMap<TypeUrl, readonly SentResource[]> {
    return this.#state.contents();
  }

  #noteDue(since = this.#dependencies.clock.now()): void {
    this.#dueSince ??= since;
  }

  #noteAnswer(type: TypeUrl, answer: Answer): void {
    const { clock, log, metrics } = this.#dependencies;
    if (answer.kind === "ack") {
      const since = this.#sentSince.get(type);
      if (since !== undefined) metrics.acknowledged(nameOf(type), (clock.now() - since) / 1_000);
    } else if (answer.kind === "nack") {
      metrics.nack(nameOf(type));
      const resources = answer.resources.slice(0, mostLogged).map(({ name, version }) => ({ name, version }));
      const fields = { proxy: this.#proxy.pod, type: nameOf(type), resources, of: answer.resources.length };
      log.warn({ ...fields, reason: answer.message }, "proxy refused resources");
    }
  }

  #push(): void {
    if (this.#isEnded || this.#isBlocked) return;
    for (const response of this.#state.next()) this.#write(response);
    if (!this.#state.hasPending) this.#dueSince = undefined;
  }

  #write(response: DeltaDiscoveryResponse): void {
    const { clock, log, metrics } = this.#dependencies;
    const type = response.typeUrl as TypeUrl;
    const bytes = response.resources.reduce((sum, { body }) => sum + body.byteLength, 0);
    this.#sentSince.set(type, this.#dueSince ?? clock.now());
    metrics.pushed(nameOf(type), bytes);
    const [resources, removed] = [response.resources.length, response.removedResources.length];
    log.debug({ proxy: this.#proxy.pod, type: nameOf(type), resources, removed, bytes }, "pushed");
    if (!this.#call.write(response)) this.#isBlocked = true;
  }

  /** A timer may be shorter than the time asked for, so the clock is looked at again. */
  #endAt(at: number): void {
    if (at === Infinity) return;
    const left = at - this.#dependencies.clock.now();
    if (left <= 0) this.end();
    else {
      this.#cancelTimer = this.#dependencies.clock.after(left, () => {
        this.#endAt(at);
      });
    }
  }
}
