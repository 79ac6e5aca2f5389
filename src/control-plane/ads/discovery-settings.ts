/**
 * Limits and times of the discovery server. All times in milliseconds, all sizes in bytes.
 */
import type { PacerSettings } from "./change-pacer.ts";
import { defaultPacerSettings } from "./change-pacer.ts";
import type { StreamLimits } from "./stream-state.ts";

export interface DiscoverySettings {
  readonly pacer: PacerSettings;
  readonly limits: StreamLimits;
  /** The largest request: a proxy that reconnects names everything it has. */
  readonly requestBytes: number;
  /** Streams of one connection at the same time. */
  readonly streamsPerConnection: number;
  /** How long a client may take to say who it is after it has opened a stream. */
  readonly firstRequestMs: number;
  /** A silent connection is asked for a sign of life after `keepaliveMs`, and given up `keepaliveTimeoutMs` later. */
  readonly keepaliveMs: number;
  readonly keepaliveTimeoutMs: number;
  /**
   * After about this time a proxy is asked to connect anew, so that proxies spread over the replicas that have come since:
   * the connection takes no new stream from then on (GOAWAY), and its stream ends a little later.
   */
  readonly connectionAgeMs: number;
  /** When the server stops, streams end one by one over so long, so that proxies do not fall on the others all at once. */
  readonly drainMs: number;
}

const second = 1_000;
const minute = 60 * second;
const mebibyte = 1024 * 1024;

export const defaultDiscoverySettings: DiscoverySettings = {
  pacer: defaultPacerSettings,
  // A message is encoded in one go and held in memory until it is sent.
  limits: { responseBytes: mebibyte, names: 20_000 },
  requestBytes: 4 * mebibyte,
  streamsPerConnection: 16,
  firstRequestMs: 10 * second,
  keepaliveMs: 30 * second,
  keepaliveTimeoutMs: 10 * second,
  connectionAgeMs: 30 * minute,
  drainMs: 5 * second,
};

/** grpc-js sends its GOAWAY within a tenth of the age around it. */
const goawayJitter = 0.1;
/** Streams end within so much of the age after the last GOAWAY. */
const spread = 0.1;

/**
 * How long a stream may live: it ends when its connection surely takes no new streams, so that the next one is opened on
 * a new connection.
 *
 * @param random a number in [0, 1)
 */
export function streamAge(connectionAgeMs: number, random: number): number {
  return connectionAgeMs * (1 + goawayJitter + spread * random);
}

/** How long after its GOAWAY a connection is broken, should anybody still use it: well after its stream has ended. */
export function connectionGrace(connectionAgeMs: number): number {
  return connectionAgeMs / 2;
}
