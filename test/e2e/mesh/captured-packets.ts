/**
 * What two pods say to each other as anybody on the node could read it: the payloads of all packets between their addresses.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { currentCluster } from "../cluster.ts";

const script = fileURLToPath(new URL("captured-packets.py", import.meta.url));
const inNode = fileURLToPath(new URL("../../../scripts/cluster/in-node.sh", import.meta.url));

/** Why this cluster's packets cannot be seen; undefined where they can. */
export const captureImpossible =
  process.env["KUBECONFIG"] !== undefined && currentCluster().local === undefined
    ? "the packets of a node that scripts/cluster did not start cannot be captured"
    : undefined;

/** Does something and gives its result with the bytes that went between two addresses meanwhile, as they were on the wire. */
export async function capturePackets<T>(
  addresses: readonly [string, string],
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly bytes: Buffer }> {
  const { local } = currentCluster();
  if (local === undefined) throw new Error(captureImpossible);
  const capture = spawn(join(inNode), ["python3", script, ...addresses], {
    env: { ...process.env, OUTRIGGER_CLUSTER_DIR: local.directory },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const bytes = buffer(capture.stdout);
  const exit = once(capture, "exit") as Promise<[number | null]>;
  try {
    // "listening", or else why not.
    const [said] = (await Promise.race([once(capture.stderr, "data"), exit])) as [Buffer | number | null];
    if (!String(said).startsWith("listening")) throw new Error(`the capture does not start: ${String(said)}`);
    const result = await action();
    capture.stdin.end();
    return { result, bytes: await bytes };
  } finally {
    capture.stdin.end();
    await exit;
  }
}
