/**
 * MeshTLS on pods that run: who gets in under each mode, what a refused client and an administrator see, and that changing
 * it costs no request between pods of the mesh.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../eventually.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationDeployment, applicationPod, applicationService, toolsPod } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { execIn, isReady, nameOf, podOfDeployment, restartsOf, run } from "../node/running-pods.ts";
import { startTrickle } from "../node/traffic-trickle.ts";
import { scenario } from "../scenario.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { setMode } from "./mesh-tls-modes.ts";
import { identityOf, loggedAccess, meshedAs, serviceAccount, withoutSidecar } from "./peers.ts";
import { proxyCounter } from "./proxy-counter.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("mesh-tls");
let namespace = "";
let server = "";

/** Restarted if it is not answered for three seconds. */
const container = { livenessProbe: { httpGet: { path: "/healthz", port: 8080 }, periodSeconds: 1 } };

before(async () => {
  await awaitMesh();
  namespace = await namespaces.create(injectionEnabled);
  await run(
    namespace,
    ...["web", "client"].map(serviceAccount),
    applicationService("web"),
    applicationDeployment("web", { ...meshedAs("web"), container }),
    applicationPod("client", meshedAs("client")),
    toolsPod("plain", withoutSidecar),
  );
  server = nameOf(await podOfDeployment(namespace, "web"));
});
after(async () => namespaces.deleteAll());

const url = "http://web/";

async function isPlainClientAnswered(): Promise<boolean> {
  const { code } = await execIn({ namespace, pod: "plain" }, ["timeout", "5", "wget", "-q", "-O", "/dev/null", url]);
  return code === 0;
}

/** The caller's identity as the application hears of it; undefined where the connection was plain. */
async function callerSeen(): Promise<string | undefined> {
  const { headers } = await fetchIn(namespace, "client", url);
  return /URI=([^;,]+)/.exec(headers["x-forwarded-client-cert"] ?? "")?.[1];
}

/** What is true of a mode, which is a moment in coming. */
const inForce = {
  permissive: async () => (await isPlainClientAnswered()) && (await callerSeen()) !== undefined,
  strict: async () => !(await isPlainClientAnswered()),
  disabled: async () => (await isPlainClientAnswered()) && (await callerSeen()) === undefined,
} as const;

scenario("MeshTLS: permissive, the default: a client without a sidecar is answered", async (context) => {
  showMeshOnFailure(context, namespace);
  assert.ok(await isPlainClientAnswered());
  assert.equal(await callerSeen(), identityOf(namespace, "client"));
});

scenario(
  "MeshTLS: strict: a client without a sidecar is refused; the server's sidecar says so and counts it",
  async (context) => {
    showMeshOnFailure(context, namespace);
    context.cleanUp(async () => setMode(namespace, "web", "permissive"));
    await setMode(namespace, "web", "strict");
    await eventually("plaintext is refused", inForce.strict, 30_000);
    const counter = 'envoy_tcp_downstream_cx_total{envoy_tcp_prefix="inbound-refused"}';
    const countedBefore = await proxyCounter(namespace, server, counter);
    const since = new Date();
    assert.ok(!(await isPlainClientAnswered()));
    const place = { namespace, pod: server };
    const line = await loggedAccess(place, since, "a refusal", ({ refused }) => refused !== undefined);
    assert.match(line.refused ?? "", /plaintext, on a port where MeshTLS is strict/);
    await eventually("it is counted", async () => (await proxyCounter(namespace, server, counter)) > countedBefore);
    assert.equal(await callerSeen(), identityOf(namespace, "client"), "a pod of the mesh is answered");
  },
);

scenario("MeshTLS: strict: the kubelet's probes are answered", async (context) => {
  showMeshOnFailure(context, namespace);
  context.cleanUp(async () => setMode(namespace, "web", "permissive"));
  const restarts = restartsOf(await podOfDeployment(namespace, "web"), "app");
  await setMode(namespace, "web", "strict");
  await eventually("plaintext is refused", inForce.strict, 30_000);
  // Longer than the three failures that would restart it.
  await sleep(6_000);
  const pod = await podOfDeployment(namespace, "web");
  assert.ok(isReady(pod));
  assert.equal(restartsOf(pod, "app"), restarts);
});

scenario(
  "MeshTLS: permissive, strict, disabled, permissive: no request between pods of the mesh fails",
  async (context) => {
    showMeshOnFailure(context, namespace);
    context.cleanUp(async () => setMode(namespace, "web", "permissive"));
    const report = await startTrickle(namespace, url);
    for (const mode of ["strict", "disabled", "permissive"] as const) {
      const start = performance.now();
      await setMode(namespace, "web", mode);
      await eventually(`${mode} is in force`, inForce[mode], 30_000);
      context.note(`${mode} seen after ${((performance.now() - start) / 1_000).toFixed(1)} s, polls included`);
      await sleep(3_000);
    }
    const { answered, failures } = await report();
    context.note(`${answered} answers`);
    assert.deepEqual(failures, []);
  },
);
