/**
 * Every limit and timeout of the webhook's edge, with the reason for its size.
 *
 * The one that all follow from: the API server waits 5 s for an answer (`timeoutSeconds` of the installed
 * MutatingWebhookConfiguration). The handler itself needs no deadline: it is synchronous, does no I/O, and its input is bounded.
 */

const mebibyte = 1024 * 1024;

/**
 * Largest request body, in bytes. An AdmissionReview carries at most two objects (`object`, `oldObject`), each at most
 * 3 MiB, which is the API server's own limit for a request body; 1 MiB for everything around them. 2 x 3 + 1 = 7.
 */
export const maxBodyBytes = 7 * mebibyte;

export const webhookTimeouts = {
  /**
   * From the first byte of a request to its last, in ms. Shorter than the API server's 5 s, so that a stalled upload ends
   * with an answer and a log line of ours and not with the caller's bare "deadline exceeded".
   */
  request: 4_000,
  /** From the first byte of a request to the end of its headers, in ms; headers fit in one packet or two. */
  headers: 3_000,
  /** How often Node looks for requests over these limits, in ms: its default of 30 s would make them 34 s. */
  checkInterval: 500,
  /**
   * How long an idle connection is kept, in ms. Longer than the 90 s after which the API server (Go's client-go) drops
   * its idle connections: the side that closes first must be the client, else it may be just sending the next request.
   */
  keepAlive: 120_000,
  /** Inactivity in any state, in ms: ends connections of clients that never read their answer. Above `keepAlive`. */
  inactivity: 150_000,
  /** TLS handshake, in ms; a handshake takes one round trip, and the default of 120 s would let a port scan pile up. */
  handshake: 4_000,
} as const;

/** How long a server takes to stop, in ms. */
export interface StopTimes {
  /** How long it goes on serving after it says "not ready": the time endpoints need to reach every API server. */
  readonly grace: number;
  /** How long requests in flight may then take to finish; above `webhookTimeouts.request`, so that each of them does. */
  readonly drain: number;
}

/** Together well below Kubernetes' default `terminationGracePeriodSeconds` of 30. */
export const defaultStopTimes: StopTimes = { grace: 5_000, drain: 5_000 };
