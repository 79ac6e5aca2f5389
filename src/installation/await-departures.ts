/**
 * The end of a rollout of the injector. A replica that has been told to stop goes on answering those API servers that are
 * connected to it, for the seconds of its grace: as its own version and by its own mesh config. Whoever looked at what the
 * webhook makes in these seconds would take sidecars of before for up to date.
 */
import { leavingInjectors } from "../diagnosis/read-cluster.ts";
import type { Undertaking } from "./progress.ts";
import { waitUntil } from "./wait-until.ts";

/** Twice the grace that the manifests give a replica. One on a node that is lost may never go, and answers nobody. */
const mostMs = 60_000;

/** Resolves when no replica is on its way out, or after a minute, which it tells then. */
export async function awaitDepartures(undertaking: Undertaking): Promise<void> {
  const { api, times, tell } = undertaking;
  let leaving: readonly string[] = [];
  const gone = await waitUntil(undertaking, Math.min(mostMs, times.rolloutMs), async () => {
    leaving = await leavingInjectors(api);
    return leaving.length === 0;
  });
  if (!gone) tell(`still on its way out, and may answer meanwhile: ${leaving.join(", ")}`);
}
