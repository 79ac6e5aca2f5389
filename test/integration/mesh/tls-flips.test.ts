/**
 * MeshTLS that changes while two meshed pods talk: by the real model, which has servers take both before their clients change.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Workload } from "../../../src/control-plane/model/workload.ts";
import { injectedLabel, statusAnnotation } from "../../../src/injection/keys.ts";
import { eventually } from "../../eventually.ts";
import { at } from "../envoy/sidecar.ts";
import type { ClusterObject } from "./control-plane.ts";
import { podAddress } from "./mesh-network.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, hearLate, serverPod, startTwoSidecars } from "./two-sidecars.ts";

const vip = "10.96.7.1";
const server = podAddress(2).IPv4;
const mesh = { interceptionMode: "redirect", includeInboundPorts: "*", excludeInboundPorts: "", opaquePorts: "" };

function podObject({ namespace, name, uid, ips, serviceAccount }: Workload): ClusterObject {
  const object = {
    metadata: {
      uid: `${uid}-${name}`,
      labels: { app: serviceAccount, [injectedLabel]: "true" },
      annotations: { [statusAnnotation]: JSON.stringify({ mesh }) },
    },
    spec: { serviceAccountName: serviceAccount, nodeName: "node-1", containers: [] },
    status: { phase: "Running", podIPs: ips.map((ip) => ({ ip })) },
  };
  return { kind: "pod", namespace, name, object };
}

const ports = [
  { name: "http", port: 80, targetPort: at.pages },
  { name: "tcp-echo", port: 90, targetPort: at.echo },
] as const;

const objects: readonly ClusterObject[] = [
  podObject(clientPod),
  podObject(serverPod),
  {
    kind: "service",
    namespace: "elsewhere",
    name: "web",
    object: { spec: { clusterIP: vip, clusterIPs: [vip], ipFamilies: ["IPv4"], ports } },
  },
  {
    kind: "slice",
    namespace: "elsewhere",
    name: "web-1",
    object: {
      metadata: { labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      ports: ports.map(({ name, targetPort }) => ({ name, port: targetPort })),
      endpoints: [{ addresses: [server], conditions: { ready: true } }],
    },
  },
];

function meshTls(mode: string): ClusterObject {
  const spec = { selector: { matchLabels: { app: serverPod.serviceAccount } }, mode };
  return { kind: "meshTls", namespace: serverPod.namespace, name: "server", object: { spec } };
}

describe("MeshTLS that changes under traffic", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startTwoSidecars({ mesh: [...objects, meshTls("strict")] });
  });
  after(() => pods.close());

  const seesIdentity = async (): Promise<boolean> => {
    const page = await pods.client.application.getPage({ host: vip, port: 80, path: "/" });
    return page.body.includes("x-forwarded-client-cert");
  };
  const takesPlaintext = async (): Promise<boolean> =>
    (await pods.world.getPage({ host: server, port: at.pages, path: "/" })).status === 200;

  /** What clients meet while something else is going on: how often each outcome, by the kind of their calls. */
  async function underTraffic(going: Promise<unknown>): Promise<Readonly<Record<string, number>>> {
    const outcomes: Record<string, number> = {};
    let isOver = false;
    const over = going.finally(() => {
      isOver = true;
    });
    const call = async (kind: string, ask: () => Promise<string>): Promise<void> => {
      while (!isOver) {
        const outcome = `${kind}: ${await ask()}`;
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    };
    const { application } = pods.client;
    const kept = await application.connectTo();
    // A POST is not sent a second time, whatever the sidecar might do for a GET.
    const request = { path: "/", method: "POST" } as const;
    const toVip = { host: vip, port: 80, ...request };
    await Promise.all([
      over,
      call("new connections", async () => String((await application.getPage(toVip)).status)),
      call("one connection", async () => String((await application.ask(kept, toVip)).status)),
      call("the pod itself", async () =>
        String((await application.getPage({ host: server, port: at.pages, ...request })).status),
      ),
      call("TCP", async () => {
        const heard = await application.talk({ host: vip, port: 90, send: ["hello"], end: false, until: "hello" });
        return heard.failure ?? "heard";
      }),
    ]);
    return outcomes;
  }

  const flips = [
    { from: "strict", to: "disabled", late: "server" },
    { from: "disabled", to: "strict", late: "server" },
    { from: "strict", to: "disabled", late: "client" },
    { from: "disabled", to: "strict", late: "client" },
    { from: "strict", to: "permissive", late: "server" },
    { from: "permissive", to: "disabled", late: "client" },
    { from: "disabled", to: "permissive", late: "server" },
    { from: "permissive", to: "strict", late: "client" },
  ] as const;
  for (const { from, to, late } of flips) {
    test(`from ${from} to ${to} no call is lost, though the ${late} hears of it late`, async () => {
      const flip = async (): Promise<void> => {
        const isHeard = hearLate(pods[late], 500);
        await sleep(100);
        await pods.controlPlane.apply([meshTls(to)]);
        await isHeard;
        await eventually(`clients ${to === "disabled" ? "cease to use" : "use"} mTLS`, async () =>
          to === "disabled" ? !(await seesIdentity()) : await seesIdentity(),
        );
        await eventually("the server takes what it should", async () => (await takesPlaintext()) === (to !== "strict"));
        // Another stage, in which the server gives up what no client uses any more.
        await sleep(2_500);
      };
      const outcomes = await underTraffic(flip());
      const names = ["new connections: 200", "one connection: 200", "the pod itself: 200", "TCP: heard"].sort();
      assert.deepEqual(Object.keys(outcomes).sort(), names, JSON.stringify(outcomes));
    });
  }

  test("flips in quick succession lose none either", async () => {
    const outcomes = await underTraffic(
      (async () => {
        for (const mode of ["disabled", "strict", "disabled", "permissive", "disabled", "strict"]) {
          await pods.controlPlane.apply([meshTls(mode)]);
          await sleep(1_300);
        }
        await sleep(5_000);
      })(),
    );
    assert.equal(Object.keys(outcomes).length, 4, JSON.stringify(outcomes));
  });

  test("no configuration was refused", async () => {
    const lines = await pods.controlPlane.logged();
    assert.deepEqual(
      lines.filter(({ msg }) => msg === "proxy refused resources" || msg === "object has problems"),
      [],
    );
  });
});
