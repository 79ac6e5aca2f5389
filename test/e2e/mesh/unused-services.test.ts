/**
 * Services that a sidecar does not call cost it nothing, and the first call to any of them is as right as every other.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "../../eventually.ts";
import { aFewAtATime } from "../a-few-at-a-time.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationPod, applicationPorts, applicationService } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { execOk, run, runningPod } from "../node/running-pods.ts";
import { scenario } from "../scenario.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { identityOf, meshedAs, serviceAccount } from "./peers.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("unused-services");
/** Half of the Services are in the client's own namespace, half in another. */
let own = "";
let other = "";
const count = 5_000;
/** Most that a sidecar may grow by. */
const allowance = 1.15;
const backends = ["one", "two", "three"] as const;

before(async () => {
  await awaitMesh();
  [own, other] = await Promise.all([namespaces.create(injectionEnabled), namespaces.create(injectionEnabled)]);
  await run(
    own,
    serviceAccount("client"),
    applicationService("used", {}, "one"),
    ...backends.map((name) => applicationPod(name)),
    client("client"),
  );
});
after(async () => namespaces.deleteAll());

/** Sees the processes of its sidecar. */
function client(name: string): object {
  const { annotations, spec } = meshedAs("client");
  return applicationPod(name, {
    ...(annotations && { annotations }),
    spec: { ...spec, shareProcessNamespace: true },
  });
}

/** Resident memory of a client's Envoy, in bytes. */
async function sidecarMemory(pod: string): Promise<number> {
  const read =
    "for dir in /proc/[0-9]*; do if grep -q '^Name:.envoy$' $dir/status; then grep VmRSS $dir/status; fi; done";
  const text = await execOk({ namespace: own, pod, container: "app" }, ["sh", "-c", read]);
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  assert.ok(kibibytes !== undefined, text);
  return Number(kibibytes) * 1024;
}

interface UnusedService {
  readonly namespace: string;
  readonly name: string;
  /** The pod that answers. */
  readonly backend: string;
}

function unusedService(index: number): UnusedService {
  const backend = backends[index % backends.length] ?? backends[0];
  return { namespace: index % 2 === 0 ? own : other, name: `unused-${index}`, backend };
}

/** A Service without a selector, and the one endpoint that it has. */
async function createService({ namespace, name }: UnusedService, address: string): Promise<void> {
  const api = await kubernetesClient();
  const { http } = applicationPorts;
  const [service, slice] = [
    { ports: [{ name: "http", port: 80, targetPort: http }] },
    {
      addressType: "IPv4",
      ports: [{ name: "http", port: http, protocol: "TCP" }],
      endpoints: [{ addresses: [address] }],
    },
  ];
  await api.ok("POST", `/api/v1/namespaces/${namespace}/services`, {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name }, spec: service },
  });
  await api.ok("POST", `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", ...slice },
    metadata: { name, labels: { "kubernetes.io/service-name": name } },
  });
}

/** All of them, a few at a time. */
async function createServices(): Promise<void> {
  const pods = await Promise.all(backends.map(async (name) => runningPod(own, name)));
  const addresses = new Map(pods.map(({ metadata, status }) => [metadata.name ?? "", status.podIP]));
  await aFewAtATime(count, async (index) => {
    const service = unusedService(index);
    await createService(service, addresses.get(service.backend) ?? "");
  });
}

/** Calls a Service by its name, and looks at who has answered and whether it was mTLS. */
async function expectRightAnswer({ namespace, name, backend }: UnusedService): Promise<void> {
  const { pod, headers } = await fetchIn(own, "client", `http://${name}.${namespace}/`);
  assert.equal(pod, backend, name);
  assert.ok(headers["x-forwarded-client-cert"]?.includes(identityOf(own, "client")), `${name} is not called by mTLS`);
}

/** DNS hears of them in its own time. */
async function isKnown({ namespace, name }: UnusedService): Promise<boolean> {
  const command = [
    "node",
    "-e",
    `require("node:dns").lookup("${name}.${namespace}", (error) => process.exit(error ? 1 : 0))`,
  ];
  return execOk({ namespace: own, pod: "client", container: "app" }, command).then(
    () => true,
    () => false,
  );
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

scenario(
  `unused Services: ${count} of them do not raise a sidecar's memory, and the first call to any of them is right`,
  async (context) => {
    showMeshOnFailure(context, own);
    assert.equal((await fetchIn(own, "client", "http://used/")).pod, "one");
    const before = await sidecarMemory("client");
    const start = performance.now();
    await createServices();
    context.note(`created in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    const last = unusedService(count - 1);
    await eventually("the last of them can be called", async () => isKnown(last), 60_000);
    await expectRightAnswer(last);
    // One that has just started has been told everything that it will ever be told without asking.
    await run(own, client("newcomer"));
    const [after, newcomer] = [await sidecarMemory("client"), await sidecarMemory("newcomer")];
    context.note(
      `sidecar: ${mebibytes(before)} before, ${mebibytes(after)} after; one that started then: ${mebibytes(newcomer)}`,
    );
    for (const memory of [after, newcomer]) {
      assert.ok(
        memory <= before * allowance,
        `${mebibytes(memory)} is more than ${allowance} times ${mebibytes(before)}`,
      );
    }
    const called = Array.from({ length: 20 }, (_, place) => unusedService(place * 241));
    for (const service of called) await expectRightAnswer(service);
    context.note(`${mebibytes(await sidecarMemory("client"))} after calls to ${called.length + 1} of them`);
  },
  { timeoutMs: 600_000 },
);
