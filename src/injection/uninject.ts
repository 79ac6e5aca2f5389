/**
 * Takes a sidecar out again: the pod as its author wrote it, as far as the status annotation can tell.
 */
import type { Pod } from "../kubernetes/pod.ts";
import type { Parsed } from "../problem.ts";
import { parsed } from "../problem.ts";
import { putBack, takeDeclaredSidecar } from "./declared-sidecar.ts";
import { readPod } from "./read-pod.ts";
import { restorePod } from "./restore-pod.ts";
import { readStatus } from "./status.ts";

/**
 * The pod without its sidecar; the very same object where it has none that we wrote.
 *
 * @param value a Pod, parsed JSON of any shape; never modified
 */
export function uninjectPod(value: unknown): Parsed<Pod> {
  const read = readPod(value);
  if (!read.ok) return read;
  const status = readStatus(read.value);
  if (status === undefined) return read;
  const taken = takeDeclaredSidecar(read.value);
  if (!taken.ok) return taken;
  const { proxy, init } = status.original;
  return parsed(putBack(restorePod(taken.value.pod, status), { proxy, init }));
}
