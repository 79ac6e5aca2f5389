/**
 * A client and a server, in a namespace whose pods get sidecars or in one whose pods don't; nothing else differs.
 */
import { applicationDeployment, applicationService } from "../../e2e/node/application.ts";
import { execOk, nameOf, podOfDeployment, run } from "../../e2e/node/running-pods.ts";
import type { RunningPod } from "../../e2e/node/running-pods.ts";
import type { NamespaceOptions, TestNamespaces } from "../../e2e/namespaces.ts";

export interface Pair {
  readonly namespace: string;
  readonly client: RunningPod;
  readonly server: RunningPod;
}

/** What `steady-load.ts` of the application's image reports. */
export interface LoadReport {
  /** Milliseconds, ascending. */
  readonly latencies: readonly number[];
  readonly failures: Readonly<Record<string, number>>;
}

/** Requests a second, as the issue of every comparison of meshes has it. */
export const loadRate = 1_000;

/** Starts both and waits until they are ready. */
export async function startPair(namespaces: TestNamespaces, options: NamespaceOptions): Promise<Pair> {
  const namespace = await namespaces.create(options);
  await run(namespace, applicationService("web"), applicationDeployment("web"), applicationDeployment("client"));
  return {
    namespace,
    client: await podOfDeployment(namespace, "client"),
    server: await podOfDeployment(namespace, "web"),
  };
}

/**
 * Sends the load from the client to the server, through the Service.
 *
 * @throws Error where a single request failed: figures of a run that lost some mean nothing
 */
export async function sendLoad({ namespace, client }: Pair, seconds: number): Promise<LoadReport> {
  const place = { namespace, pod: nameOf(client), container: "app" };
  const load = ["/nodejs/bin/node", "/app/steady-load.ts", "http://web/", String(loadRate), String(seconds)];
  const report = JSON.parse(await execOk(place, load, (seconds + 30) * 1_000)) as LoadReport;
  if (Object.keys(report.failures).length > 0) {
    throw new Error(`requests failed in ${namespace}: ${JSON.stringify(report.failures)}`);
  }
  return report;
}
