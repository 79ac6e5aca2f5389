/**
 * A client in the mesh that sends requests at a steady rate while something happens to the server.
 */
import { execOk } from "../node/running-pods.ts";
import type { ContainerPlace } from "../node/running-pods.ts";

/** As in app/steady-load.ts. */
export interface LoadReport {
  /** Milliseconds of each answered request, ascending. */
  readonly latencies: readonly number[];
  readonly failures: Readonly<Record<string, number>>;
}

/** Runs in a pod of the application's image. On a busy machine it takes longer than asked, and sends them all the same. */
export async function steadyLoad(
  client: ContainerPlace,
  url: string,
  load: { readonly requestsPerSecond: number; readonly seconds: number },
): Promise<LoadReport> {
  const { requestsPerSecond, seconds } = load;
  const command = ["node", "/app/steady-load.ts", url, `${requestsPerSecond}`, `${seconds}`];
  return JSON.parse(await execOk(client, command, (seconds + 120) * 1_000)) as LoadReport;
}
