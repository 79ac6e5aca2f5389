/**
 * Applications with a probe of each kind, and what the kubelet makes of them when they fall ill.
 */
import { eventually } from "../../eventually.ts";
import type { PodOptions } from "../pods.ts";
import { applicationDeployment, applicationPorts } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { isReady, nameOf, podOfDeployment, restartsOf, run, runningPod } from "./running-pods.ts";

const { http, h2c, serverFirst } = applicationPorts;

/** The application's own word, without its proxy: a request to itself stays inside the pod. */
const inside = `http://localhost:${http}`;

/** The handlers by kind; all of them fail when the application is sick. */
export const handlers = {
  http: { httpGet: { path: "/healthz", port: http } },
  tcp: { tcpSocket: { port: serverFirst } },
  grpc: { grpc: { port: h2c } },
  exec: { exec: { command: ["wget", "-q", "-O", "/dev/null", `${inside}/healthz`] } },
} as const;

export type ProbeKind = keyof typeof handlers;

export const probeKinds = Object.keys(handlers) as readonly ProbeKind[];

/** A probe that is asked every second and believed at once. */
export function promptProbe(kind: ProbeKind): object {
  return { ...handlers[kind], periodSeconds: 1, failureThreshold: 1 };
}

/** Runs one Deployment for each kind, named like it, and waits until they are ready; gives the names of their pods. */
export async function runForEach(
  namespace: string,
  kinds: readonly ProbeKind[],
  containerOf: (kind: ProbeKind) => object,
  options: PodOptions = {},
): Promise<ReadonlyMap<ProbeKind, string>> {
  await run(
    namespace,
    ...kinds.map((kind) => applicationDeployment(kind, { ...options, container: containerOf(kind) })),
  );
  const podOf = async (kind: ProbeKind): Promise<readonly [ProbeKind, string]> => [
    kind,
    nameOf(await podOfDeployment(namespace, kind)),
  ];
  return new Map(await Promise.all(kinds.map(podOf)));
}

/** Makes the application sick, or well again. */
export async function become(namespace: string, pod: string, health: "sick" | "well"): Promise<void> {
  await fetchIn(namespace, pod, `${inside}/${health}`);
}

/** Resolves when the pod is ready, or is not; to the seconds that this took. */
export async function untilReady(namespace: string, pod: string, ready: boolean): Promise<number> {
  const start = performance.now();
  const asked = async (): Promise<boolean> => isReady(await runningPod(namespace, pod)) === ready;
  await eventually(`${pod} is ${ready ? "" : "not "}ready`, asked, 30_000);
  return (performance.now() - start) / 1_000;
}

/** Resolves when a container has been restarted. */
export async function untilRestarted(namespace: string, pod: string, container: string): Promise<void> {
  const restarted = async (): Promise<boolean> => (restartsOf(await runningPod(namespace, pod), container) ?? 0) > 0;
  await eventually(`${container} of ${pod} is restarted`, restarted, 60_000);
}
