/**
 * What one proxy's stream leaves behind: lines in the log, and counts and times in the metrics. It keeps nothing but the
 * moments between which time is told.
 */
import type { Clock } from "../../clock.ts";
import type { DeltaDiscoveryResponse } from "../../envoy-api/discovery.ts";
import type { DiscoveryMetrics } from "../../observability/discovery-metrics.ts";
import type { Log } from "../../observability/logger.ts";
import type { Proxy } from "../proxy.ts";
import type { TypeUrl } from "./resource-source.ts";
import { nameOf } from "./type-names.ts";
import type { Answer } from "./type-subscription.ts";

export interface StreamRecordsOptions {
  readonly proxy: Pick<Proxy, "pod" | "identity">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: DiscoveryMetrics;
}

/** A refusal of thousands of resources must not become a line of thousands. */
const mostLogged = 10;

export class StreamRecords {
  readonly #options: StreamRecordsOptions;
  readonly #openedAt: number;
  /** Since when there has been something to tell. */
  #dueSince: number | undefined;
  readonly #sentSince = new Map<TypeUrl, number>();

  constructor(options: StreamRecordsOptions) {
    this.#options = options;
    this.#openedAt = options.clock.now();
  }

  /** Milliseconds since the epoch. */
  get openedAt(): number {
    return this.#openedAt;
  }

  /** @param connected how many streams there are now */
  opened(peer: string, connected: number): void {
    const { proxy, log, metrics } = this.#options;
    metrics.connected(connected);
    log.info({ proxy: proxy.pod, identity: proxy.identity, peer }, "proxy connected");
  }

  closed(connected: number): void {
    const { proxy, clock, log, metrics } = this.#options;
    metrics.connected(connected);
    log.info({ proxy: proxy.pod, seconds: (clock.now() - this.#openedAt) / 1_000 }, "proxy disconnected");
  }

  /** There is something to tell; `since` in milliseconds since the epoch. */
  due(since = this.#options.clock.now()): void {
    this.#dueSince ??= since;
  }

  /** There is nothing more to tell. */
  settled(): void {
    this.#dueSince = undefined;
  }

  pushed(response: DeltaDiscoveryResponse): void {
    const { proxy, clock, log, metrics } = this.#options;
    const type = response.typeUrl as TypeUrl;
    const bytes = response.resources.reduce((sum, { body }) => sum + body.byteLength, 0);
    this.#sentSince.set(type, this.#dueSince ?? clock.now());
    metrics.pushed(nameOf(type), bytes);
    const [resources, removed] = [response.resources.length, response.removedResources.length];
    log.debug({ proxy: proxy.pod, type: nameOf(type), resources, removed, bytes }, "pushed");
  }

  answered(type: TypeUrl, answer: Answer): void {
    const { proxy, clock, log, metrics } = this.#options;
    if (answer.kind === "ack") {
      const since = this.#sentSince.get(type);
      if (since !== undefined) metrics.acknowledged(nameOf(type), (clock.now() - since) / 1_000);
    } else if (answer.kind === "nack") {
      metrics.nack(nameOf(type));
      const resources = answer.resources.slice(0, mostLogged).map(({ name, version }) => ({ name, version }));
      const fields = { proxy: proxy.pod, type: nameOf(type), resources, of: answer.resources.length };
      log.warn({ ...fields, reason: answer.message }, "proxy refused resources");
    }
  }

  /** The proxy asked for a type that nobody here has. */
  unknownType(type: string): void {
    this.#options.log.debug({ proxy: this.#options.proxy.pod, type }, "unknown resource type");
  }
}
