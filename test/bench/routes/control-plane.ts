/**
 * The process that is the control plane of the benchmark: the product's model, translation and discovery server, over objects
 * that the benchmark says by their number. It tells how long a change takes, from the object as it comes off the wire.
 */
import pino from "pino";
import { Registry } from "prom-client";
import { systemClock } from "../../../src/clock.ts";
import type { DiscoveryServer } from "../../../src/control-plane/ads/discovery-server.ts";
import { createDiscoveryServer } from "../../../src/control-plane/ads/discovery-server.ts";
import { defaultDiscoverySettings } from "../../../src/control-plane/ads/discovery-settings.ts";
import { faulty, typeUrls } from "../../../src/control-plane/ads/resource-source.ts";
import type { Authenticator } from "../../../src/control-plane/identity/authenticator.ts";
import { readObject, removedObject } from "../../../src/control-plane/kubernetes/read-object.ts";
import type { ObjectChange } from "../../../src/control-plane/model/cluster-object.ts";
import type { DiscoveryMetrics } from "../../../src/observability/discovery-metrics.ts";
import { createDiscoveryMetrics } from "../../../src/observability/discovery-metrics.ts";
import type { MeshOfObjects } from "../../../src/serve/mesh-of-objects.ts";
import { createMeshOfObjects } from "../../../src/serve/mesh-of-objects.ts";
import { serveCalls } from "../../integration/envoy/serve-calls.ts";
import type { ControlPlaneStart } from "../../integration/mesh/control-plane.ts";
import { trustDomain } from "../../mesh/fake-mesh.ts";
import { proxy } from "../../mesh/sample-mesh.ts";
import { namespace, route, routeName, service, slice } from "../routed-shop.ts";

export interface RoutesSize {
  readonly routes: number;
  /** The routes are spread over so many Services. */
  readonly services: number;
}

/** Milliseconds from a route as it comes off the wire. */
export interface ChangeTimes {
  /** Until the new table is encoded. */
  readonly encoded: number;
  /** Until the last of two sidecars has taken it. */
  readonly acknowledged: number;
}

const log = pino({ level: "silent" });
let mesh: MeshOfObjects | undefined;
let server: DiscoveryServer | undefined;
/** Of a change that somebody waits for: whether anything of it was sent, and who is told when both sidecars have it. */
let awaited = { sent: false, taken: (): void => undefined };

const authenticator: Authenticator = {
  authenticate: (token) => {
    const [ofNamespace = "", serviceAccount = "", podName = ""] = token.split("/");
    const caller = { namespace: ofNamespace, serviceAccount, podName, podUid: "uid", expiresAt: Infinity };
    return Promise.resolve({ ok: true, caller });
  },
};

function haveRoutes(): boolean {
  const types = server?.proxies().flatMap((connected) => connected.types) ?? [];
  return types.every(({ type, synced }) => type !== typeUrls.route || synced);
}

/** Hears when a table is sent, and when the last sidecar has taken it. */
function metrics(): DiscoveryMetrics {
  const own = createDiscoveryMetrics(new Registry());
  return {
    ...own,
    pushed: (type, bytes) => {
      own.pushed(type, bytes);
      if (type === "route") awaited.sent = true;
    },
    acknowledged: (type, seconds) => {
      own.acknowledged(type, seconds);
      if (awaited.sent && haveRoutes()) awaited.taken();
    },
  };
}

function started(): MeshOfObjects {
  if (mesh === undefined) throw new Error("the control plane has not been started");
  return mesh;
}

function pod(name: string, account: string, ip: string): ObjectChange {
  const capture = { interceptionMode: "redirect", includeInboundPorts: "*", excludeInboundPorts: "", opaquePorts: "" };
  return readObject("pod", `${namespace}/${name}`, {
    metadata: {
      name,
      namespace,
      labels: { "outrigger.dev/injected": "true" },
      annotations: { "outrigger.dev/status": JSON.stringify({ mesh: capture }) },
    },
    spec: { serviceAccountName: account, nodeName: "node-1" },
    status: { phase: "Running", podIP: ip },
  });
}

/** Resolves when both sidecars have taken the next table; asked for before the change that it is about. */
function nextTaken(): Promise<void> {
  return new Promise((resolve) => {
    awaited = { sent: false, taken: resolve };
  });
}

export const controlPlaneFunctions = {
  start: async (given: ControlPlaneStart): Promise<void> => {
    const recorded = metrics();
    mesh = createMeshOfObjects({
      settings: { trustDomain, rootNamespace: "outrigger-system", opaquePorts: [] },
      translation: given.settings,
      issuer: {
        certificate: (identity) => given.certificates[identity],
        trustBundle: () => given.trustBundle,
        subscribe: () => () => undefined,
      },
      clock: systemClock,
      log,
      metrics: recorded,
    });
    server = createDiscoveryServer({
      source: mesh.resources,
      authenticator,
      trustDomain,
      prepare: () => () => undefined,
      random: () => 0.5,
      clock: systemClock,
      log,
      metrics: recorded,
      certificate: { current: () => given.server, onChange: () => () => undefined },
      settings: defaultDiscoverySettings,
    });
    await server.listen(given.port);
  },
  /** Services whose only endpoint is the server's pod. */
  createServices: (services: number, client: string, server: string): void => {
    const pods = [pod("client-1", "client", client), pod("server-1", "server", server)];
    const indices = Array.from({ length: services }, (_, index) => index);
    started().take([...pods, ...indices.flatMap((index) => [service(index), slice(index, false, server)])]);
  },
  /** All routes at once; resolves when the sidecars have them, with the time that it took. */
  createRoutes: async ({ routes, services }: RoutesSize): Promise<number> => {
    const changes = Array.from({ length: routes }, (_, index) => route(index, services, 50));
    const taken = nextTaken();
    const begun = performance.now();
    started().take(changes);
    await taken;
    return performance.now() - begun;
  },
  deleteRoutes: async (routes: number): Promise<void> => {
    const taken = nextTaken();
    started().take(
      Array.from({ length: routes }, (_, index) => removedObject("httpRoute", `${namespace}/${routeName(index)}`)),
    );
    await taken;
  },
  /** Changes the weights of one route. */
  changeRoute: async (index: number, weight: number, { services }: RoutesSize): Promise<ChangeTimes> => {
    const taken = nextTaken();
    const begun = performance.now();
    // The table is encoded within, where it is sent.
    started().take([route(index, services, weight)]);
    const encoded = performance.now() - begun;
    await taken;
    return { encoded, acknowledged: performance.now() - begun };
  },
  /** Bytes of the route table. */
  tableSize: (): number => {
    const client = proxy({ pod: `${namespace}/client-1`, namespace });
    const table = started().resources.resource(client, typeUrls.route, "outbound");
    if (table === undefined || table === faulty) throw new Error("there is no route table");
    return table.body.byteLength;
  },
} as const;

export type ControlPlaneFunctions = typeof controlPlaneFunctions;

if (import.meta.main) serveCalls(controlPlaneFunctions);
