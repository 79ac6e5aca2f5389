/**
 * Zones on a cluster that has one node, and so one zone at most: a Service's EndpointSlices, written by the test in place of
 * Kubernetes' controller, with the zones that the test says.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { applyServerSide } from "../install.ts";
import { kubectlJson, kubectlOk } from "../kubectl.ts";

export interface ZonedService {
  readonly namespace: string;
  readonly service: string;
  /** Value of the pods' label `version` → their zone. */
  readonly zones: Readonly<Record<string, string>>;
  readonly targetPort: number;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const periodMs = 500;
/** Who has written a slice, as its label says. */
const writer = "outrigger.test";

function endpointOf(namespace: string, zone: string, { metadata, spec, status }: Pod): object {
  const ready = status.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True");
  return {
    addresses: [status.podIP],
    conditions: { ready: ready === true && metadata.deletionTimestamp === undefined },
    nodeName: spec.nodeName,
    zone,
    targetRef: { kind: "Pod", namespace, name: metadata.name },
  };
}

async function writeSlice(
  { namespace, service, targetPort }: ZonedService,
  version: string,
  zone: string,
): Promise<void> {
  const { items } = await kubectlJson<{ readonly items: readonly Pod[] }>([
    "-n",
    namespace,
    "get",
    "pods",
    "-l",
    `version=${version}`,
  ]);
  await applyServerSide({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace,
      name: `${service}-${zone}`,
      labels: { "kubernetes.io/service-name": service, "endpointslice.kubernetes.io/managed-by": writer },
    },
    addressType: "IPv4",
    ports: [{ name: "http", port: targetPort, protocol: "TCP" }],
    endpoints: items.filter(({ status }) => status.podIP !== undefined).map((pod) => endpointOf(namespace, zone, pod)),
  });
}

/** Takes a Service over from its controller, and keeps its slices right until it is told to stop. */
export async function playZones(zoned: ZonedService): Promise<() => Promise<void>> {
  const { namespace, service, zones } = zoned;
  await kubectlOk([
    "-n",
    namespace,
    "patch",
    "service",
    service,
    "--type=json",
    `-p=[{"op":"remove","path":"/spec/selector"}]`,
  ]);
  const writeAll = async (): Promise<void> => {
    await deleteOthers(namespace, service);
    for (const [version, zone] of Object.entries(zones)) await writeSlice(zoned, version, zone);
  };
  await writeAll();
  const stop = new AbortController();
  const played = keepWriting(writeAll, stop.signal);
  return async () => {
    stop.abort();
    await played;
  };
}

/**
 * What the controller has written before it knew that the Service has no selector any more; and the copy that another one
 * makes of the `Endpoints` of a Service without a selector.
 */
async function deleteOthers(namespace: string, service: string): Promise<void> {
  await kubectlOk(["-n", namespace, "delete", "endpoints", service, "--ignore-not-found"]);
  const selector = `kubernetes.io/service-name=${service},endpointslice.kubernetes.io/managed-by!=${writer}`;
  await kubectlOk(["-n", namespace, "delete", "endpointslices", "-l", selector]);
}

async function keepWriting(writeAll: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(periodMs);
    // The namespace may be going already.
    await writeAll().catch(() => undefined);
  }
}

/** The zone that a pod's node is in. */
export async function zoneOfPod(namespace: string, pod: string): Promise<string> {
  const { spec } = await kubectlJson<Pod>(["-n", namespace, "get", "pod", pod]);
  const { metadata } = await kubectlJson<{ readonly metadata: { readonly labels: Readonly<Record<string, string>> } }>([
    "get",
    "node",
    spec.nodeName ?? "",
  ]);
  const zone = metadata.labels["topology.kubernetes.io/zone"];
  if (zone === undefined) throw new Error("the node has no zone");
  return zone;
}
