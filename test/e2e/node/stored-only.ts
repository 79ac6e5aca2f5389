/**
 * A stream of pods for a cluster that has a node: they are created and stored, and no node ever runs them. Creating them is
 * what their scenarios are about; starting five of them a second would be about the node.
 */
import assert from "node:assert/strict";
import type { PodStreamOptions, StreamReport } from "../pod-stream.ts";

export const storedOnly: PodStreamOptions = {
  perSecond: 5,
  retry: true,
  spec: { schedulingGates: [{ name: "outrigger.test/stored-only" }] },
};

/**
 * What a replacement of the injector in good order may cost. A replica that is told to stop goes on serving for some seconds;
 * a node that is so busy that kube-proxy hears of it later still sends a connection there. Who tries again is answered.
 */
export function assertNothingLasting({ created, uninjected, failures }: StreamReport): void {
  assert.deepEqual(uninjected, []);
  for (const { message } of failures) assert.match(message, /failed to call webhook: .*connect: connection refused/);
  assert.ok(failures.length <= created / 10, `${failures.length} attempts failed, for ${created} pods`);
}
