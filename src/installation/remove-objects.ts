/**
 * Deletes objects one after another, each waited for.
 */
import { OutriggerError } from "../errors.ts";
import { isNotFound } from "../kubernetes/api.ts";
import { findObject } from "./apply-object.ts";
import type { ManifestObject } from "./manifest.ts";
import { describeObject, objectPath } from "./manifest.ts";
import type { Undertaking } from "./progress.ts";
import { waitUntil } from "./wait-until.ts";

/**
 * What of an object's own making has to be gone before the object is: nothing, or for `Foreground` everything. A Deployment
 * whose pods still end could have them write anew what is removed next.
 */
export type Propagation = "Background" | "Foreground";

/** Deletes an object and waits until it is gone; resolves to whether it was there. */
async function remove(undertaking: Undertaking, object: ManifestObject, propagation: Propagation): Promise<boolean> {
  const { api, times, tell } = undertaking;
  const path = objectPath(object);
  try {
    await api.request({ method: "DELETE", path, query: { propagationPolicy: propagation } });
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
  const gone = await waitUntil(undertaking, times.rolloutMs, async () => (await findObject(api, path)) === undefined);
  if (!gone) throw new OutriggerError("OUTRIGGER_REMOVAL_FAILED", describeObject(object));
  tell(`${describeObject(object)} removed`);
  return true;
}

/**
 * Removes them in their order; resolves to how many there were.
 *
 * @throws OutriggerError `OUTRIGGER_REMOVAL_FAILED`; ApiError for refusals of the API server
 */
export async function removeObjects(
  undertaking: Undertaking,
  objects: readonly ManifestObject[],
  propagation: Propagation = "Background",
): Promise<number> {
  let removed = 0;
  for (const object of objects) if (await remove(undertaking, object, propagation)) removed += 1;
  return removed;
}
