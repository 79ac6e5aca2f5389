/**
 * Two meshed pods, and Services behind one of them whose requests the test routes as it likes.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { endpoint, service } from "../../mesh/sample-mesh.ts";
import type { SaidPort, SaidRule } from "../../mesh/sample-routes.ts";
import { routedPort } from "../../mesh/sample-routes.ts";
import type { Page, PageRequest } from "../envoy/conversations.ts";
import { at } from "../envoy/sidecar.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod, startTwoSidecars } from "./two-sidecars.ts";

/** The Service whose requests are routed; without routes its own server answers, on {@link at}`.pages`. */
export const web = { host: "10.96.0.1", port: 80 } as const;

/** Ports of further servers, each behind a Service of its own. */
export const servers = { one: 8091, two: 8092, three: 8093 } as const;
/** Nobody listens there. */
const deaf = 8099;

/** What routes know their backends by. */
export const backends = {
  one: "10.96.1.1:80",
  two: "10.96.1.2:80",
  three: "10.96.1.3:80",
  /** All three servers as the replicas of one Service. */
  all: "10.96.1.10:80",
  /** The first server, and one that nobody has started. */
  half: "10.96.1.11:80",
  grpc: "10.96.1.20:80",
  /** The second server again, behind a Service without an IP. */
  headless: "elsewhere/headless:80",
  /** Asked for by one test alone: unknown to the sidecar until then. */
  fresh: [31, 32, 33, 34, 35, 36].map((last) => `10.96.1.${last}:80`),
} as const;

function serviceAt(address: string, ports: readonly number[]): MeshStatement["services"][number] {
  const endpoints = ports.map((port) => endpoint(serverPod, port));
  // Of another namespace: nothing about them is sent before it is asked for.
  return service({ namespace: "elsewhere", address, service: `at-${ports.join("-")}`, endpoints });
}

export const unrouted: MeshStatement = {
  services: [
    serviceAt(`${web.host}:${web.port}`, [at.pages]),
    serviceAt(backends.one, [servers.one]),
    serviceAt(backends.two, [servers.two]),
    serviceAt(backends.three, [servers.three]),
    serviceAt(backends.all, Object.values(servers)),
    serviceAt(backends.half, [servers.one, deaf]),
    serviceAt(backends.grpc, [at.grpc]),
    serviceAt(backends.headless, [servers.two]),
    ...backends.fresh.map((address, index) => serviceAt(address, [index % 2 === 0 ? servers.one : servers.two])),
  ],
  workloads: [clientPod, serverPod],
  inspectedPorts: [80],
  opaqueAddresses: [],
};

export interface RoutedPods extends TwoSidecars {
  /** Routes the requests to {@link web} by these rules from now on; resolves once the client's sidecar does. */
  readonly route: (rules: readonly SaidRule[], more?: SaidPort) => Promise<void>;
  /** Takes all routes away; resolves once they are gone. */
  readonly unroute: () => Promise<void>;
  /** One request of the client's to {@link web}. */
  readonly get: (path: string, more?: Partial<PageRequest>) => Promise<Page>;
}

/** What a page of the server's says. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly port: number;
  readonly headers: readonly (readonly [string, string])[];
}

export function echoOf({ status, body }: Page): Echo {
  assert.equal(status, 200, body);
  const { rawHeaders, ...said } = JSON.parse(body) as Omit<Echo, "headers"> & {
    readonly rawHeaders: readonly string[];
  };
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ""] as const] : [],
  );
  return { ...said, headers };
}

/** The values of a header, in order. */
export function valuesOf({ headers }: Pick<Echo, "headers">, name: string): readonly string[] {
  return headers.filter(([other]) => other === name).map(([, value]) => value);
}

export async function startRoutedPods(): Promise<RoutedPods> {
  const pods = await startTwoSidecars({ mesh: unrouted });
  for (const port of Object.values(servers)) await pods.server.application.serve("pages", port);
  const get: RoutedPods["get"] = (path, more = {}) => pods.client.application.getPage({ ...web, path, ...more });
  let generation = 0;
  // A page that only the new routes answer: with them the others are there too, as a table comes whole.
  const marker = (): string => `/generation-${generation}`;
  return {
    ...pods,
    get,
    route: async (rules, more) => {
      generation += 1;
      const mark: SaidRule = { match: { path: { kind: "exact", value: marker() } }, redirect: { statusCode: 308 } };
      // First, where no other rule takes it; names of rules count from it.
      const routed = routedPort({ addresses: [`${web.host}:${web.port}`], ...more, rules: [mark, ...rules] });
      await pods.controlPlane.state({ ...unrouted, routes: { "*": [routed] } });
      await eventually("the new routes apply", async () => (await get(marker())).status === 308);
    },
    unroute: async () => {
      await pods.controlPlane.state(unrouted);
      await eventually("the routes are gone", async () => (await get(marker())).status !== 308);
    },
  };
}
