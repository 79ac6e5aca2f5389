/**
 * Pods of the mesh with service accounts of their own, the same without sidecars, and who a sidecar's access log says was at
 * the other end of a connection.
 */
import { eventually } from "../../eventually.ts";
import { kubectlOk } from "../kubectl.ts";
import type { PodOptions } from "../pods.ts";

/** The trust domain that Outrigger comes with. */
const trustDomain = "cluster.local";

/** How a pod's certificate names it. */
export function identityOf(namespace: string, serviceAccount: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

export function serviceAccount(name: string): object {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } };
}

/** Of a pod with a sidecar that logs everything, and the service account of this name. */
export function meshedAs(name: string): PodOptions {
  return { annotations: { "outrigger.dev/access-log": "all" }, spec: { serviceAccountName: name } };
}

/** Of a pod that has no sidecar. */
export const withoutSidecar: PodOptions = { labels: { "outrigger.dev/inject": "false" } };

/** A line of a sidecar's access log. */
export interface AccessLogLine {
  readonly direction: "inbound" | "outbound";
  /** `TCP`, or HTTP's version. */
  readonly protocol: string;
  readonly start_time: string;
  readonly response_flags: string | null;
  readonly original_destination: string;
  /** URIs of the certificates; null where there was no mTLS on that side. */
  readonly downstream_peer: string | null;
  readonly upstream_peer: string | null;
  readonly downstream_remote: string;
  readonly refused?: string;
}

/** What a pod's sidecar has logged of traffic since a moment. */
export async function accessLog(namespace: string, pod: string, since: Date): Promise<readonly AccessLogLine[]> {
  const text = await kubectlOk([
    "-n",
    namespace,
    "logs",
    pod,
    "-c",
    "outrigger-proxy",
    `--since-time=${since.toISOString()}`,
  ]);
  const lines = text.split("\n").filter((line) => line.startsWith("{"));
  return lines
    .map((line) => JSON.parse(line) as AccessLogLine)
    .filter(({ start_time }) => new Date(start_time) >= since);
}

/** The first line of its kind, which is written when the request or connection has ended, and a little later. */
export async function loggedAccess(
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  since: Date,
  what: string,
  matches: (line: AccessLogLine) => boolean,
): Promise<AccessLogLine> {
  let found: AccessLogLine | undefined;
  await eventually(`the sidecar of ${pod} logs ${what}`, async () => {
    found = (await accessLog(namespace, pod, since)).find(matches);
    return found !== undefined;
  });
  if (found === undefined) throw new Error("a line was found and is gone");
  return found;
}
