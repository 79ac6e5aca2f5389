/**
 * Metrics of the discovery server: who is connected, what is sent, how long that takes, and what is refused.
 */
import { Counter, Gauge, Histogram } from "prom-client";
import type { Registry } from "prom-client";

export interface DiscoveryMetrics {
  /** How many proxies have an open stream. */
  readonly connected: (proxies: number) => void;
  /** A response was sent. `type` is from a closed set, e.g. `cluster`. */
  readonly pushed: (type: string, bytes: number) => void;
  /** A proxy refused a response (NACK). */
  readonly nack: (type: string) => void;
  /** A resource could not be made, and was not sent. */
  readonly faulty: (type: string) => void;
  /** A stream was refused; the reason is from a closed set. */
  readonly refused: (reason: string) => void;
  /** A proxy has what it needed to be told, so many seconds after that was known. */
  readonly acknowledged: (type: string, seconds: number) => void;
}

/** In seconds: from 1 ms, about what an idle proxy takes, to the half minute of one that is starved of CPU. */
const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Registers these metrics. */
export function createDiscoveryMetrics(registry: Registry): DiscoveryMetrics {
  const registers = [registry];
  const connected = new Gauge({
    name: "outrigger_discovery_connected_proxies",
    help: "Proxies that have an open stream to this replica.",
    registers,
  });
  const pushes = new Counter({
    name: "outrigger_discovery_pushes_total",
    help: "Responses sent to proxies, by resource type.",
    labelNames: ["type"],
    registers,
  });
  const bytes = new Counter({
    name: "outrigger_discovery_pushed_bytes_total",
    help: "Bytes of the resources sent to proxies, by resource type.",
    labelNames: ["type"],
    registers,
  });
  const nacks = new Counter({
    name: "outrigger_discovery_nacks_total",
    help: "Responses that a proxy refused, by resource type; it keeps what it had.",
    labelNames: ["type"],
    registers,
  });
  const faults = new Counter({
    name: "outrigger_discovery_faulty_resources_total",
    help: "Resources, or virtual hosts of a route table, that could not be made, by resource type; proxies keep what they had.",
    labelNames: ["type"],
    registers,
  });
  const refusals = new Counter({
    name: "outrigger_discovery_refused_streams_total",
    help: "Streams that were refused before anything was sent, by reason.",
    labelNames: ["reason"],
    registers,
  });
  const latency = new Histogram({
    name: "outrigger_discovery_push_seconds",
    help: "Time from the moment that a proxy was to be told something until it had taken it, by resource type.",
    labelNames: ["type"],
    buckets: latencyBuckets,
    registers,
  });
  return {
    connected: (proxies) => {
      connected.set(proxies);
    },
    pushed: (type, size) => {
      pushes.inc({ type });
      bytes.inc({ type }, size);
    },
    nack: (type) => {
      nacks.inc({ type });
    },
    faulty: (type) => {
      faults.inc({ type });
    },
    refused: (reason) => {
      refusals.inc({ reason });
    },
    acknowledged: (type, seconds) => {
      latency.observe({ type }, seconds);
    },
  };
}
