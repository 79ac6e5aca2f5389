/**
 * A stream of pods for a cluster that has a node: they are created and stored, and no node ever runs them. Creating them is
 * what their scenarios are about; starting five of them a second would be about the node.
 */
import type { PodStreamOptions } from "../pod-stream.ts";

export const storedOnly: PodStreamOptions = {
  perSecond: 5,
  retry: true,
  spec: { schedulingGates: [{ name: "outrigger.test/stored-only" }] },
};
