/**
 * How the round trip counts for readiness: a new replica holds back until the webhook is seen to answer at its Service, so
 * that a rollout which is done is one that the API server can use.
 *
 * Somebody must go first, because a replica that is not ready gets no requests and none could ever be answered: the leader
 * never holds back. And nobody does for long, or twice: once ready, a replica stays so whatever becomes of the round trip,
 * since all of them would see the same and all would go.
 */
import type { Clock } from "../clock.ts";
import type { ReadinessCondition } from "../observability/readiness.ts";
import type { RoundTrip } from "./round-trip.ts";
import { defaultRoundTripTimings } from "./round-trip.ts";

/** Longer than a Lease outlives the leader that held it (15 s), so that there is one who goes first. */
export const longestHoldMs = defaultRoundTripTimings.eagerForMs;

export interface ReadinessHoldOptions {
  readonly clock: Pick<Clock, "now">;
  readonly roundTrip: Pick<RoundTrip, "lastResult" | "complaint">;
  /** Whether this replica is the one that goes first. */
  readonly leads: () => boolean;
}

/** The condition of one replica; its time runs from this call. */
export function createReadinessHold({ clock, roundTrip, leads }: ReadinessHoldOptions): ReadinessCondition {
  const endsAt = clock.now() + longestHoldMs;
  let released = false;

  function mayServe(): boolean {
    const result = roundTrip.lastResult();
    // Of all results only this one says that the API server would call and nobody is there.
    return leads() || clock.now() >= endsAt || (result !== undefined && result !== "unanswered");
  }

  return {
    name: "first-answer",
    unmet: () => {
      released ||= mayServe();
      return released ? undefined : `another replica is to be reached first; ${roundTrip.complaint() ?? "none was"}`;
    },
  };
}
