/**
 * A pod that sends requests all the time, as users' browsers would all day, and notes each that was not answered well.
 */
import { eventually } from "../../eventually.ts";
import { kubectlOk } from "../kubectl.ts";
import { run } from "./running-pods.ts";

/** What has become of the traffic so far, or between two moments. As in app/continual-load.ts. */
export interface TrickleReport {
  /** Requests that were answered with status 200. */
  readonly answered: number;
  /** Connections that were opened, used and closed again. */
  readonly conversations: number;
  /** Lines that have come back over the connection that is held. */
  readonly heldLines: number;
  readonly failed: number;
  /** Time and reason of the first of them. */
  readonly failures: readonly string[];
}

export interface TrickleOptions {
  /** The pod's name. */
  readonly name?: string;
  readonly requestsPerSecond?: number;
  /** `host:port` of a server that speaks first; without one there are requests only. */
  readonly server?: string;
}

/** Starts it as a bare pod, which nobody restarts; resolves when the first answers have come. */
export async function startTrickle(
  namespace: string,
  url: string,
  { name = "trickle", requestsPerSecond = 20, server }: TrickleOptions = {},
): Promise<() => Promise<TrickleReport>> {
  const container = {
    name: "trickle",
    image: "outrigger.test/app:1",
    imagePullPolicy: "IfNotPresent",
    command: ["/nodejs/bin/node", "/app/continual-load.ts", url, `${requestsPerSecond}`],
    ...(server === undefined ? {} : { args: [server] }),
  };
  const spec = { terminationGracePeriodSeconds: 1, containers: [container] };
  await run(namespace, { apiVersion: "v1", kind: "Pod", metadata: { name }, spec });
  const report = async (): Promise<TrickleReport> => {
    const line = await kubectlOk(["-n", namespace, "logs", name, "-c", "trickle", "--tail=1"]);
    return line === "" ? none : (JSON.parse(line) as TrickleReport);
  };
  await eventually("requests are answered", async () => (await report()).answered > 0, 30_000);
  return report;
}

const none: TrickleReport = { answered: 0, conversations: 0, heldLines: 0, failed: 0, failures: [] };

/** What has come between two reports. */
export function trickleBetween(before: TrickleReport, after: TrickleReport): TrickleReport {
  return {
    answered: after.answered - before.answered,
    conversations: after.conversations - before.conversations,
    heldLines: after.heldLines - before.heldLines,
    failed: after.failed - before.failed,
    failures: after.failures.slice(before.failures.length),
  };
}
