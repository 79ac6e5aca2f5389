/**
 * Services of every kind in a mesh, and Services and their endpoints that come and go while they are called.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "../../eventually.ts";
import { kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationPod, applicationPorts, applicationService, applicationStatefulSet } from "../node/application.ts";
import type { Echo } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { run, runningPod } from "../node/running-pods.ts";
import { steadyApplication } from "../node/steady-application.ts";
import type { TrickleReport } from "../node/traffic-trickle.ts";
import { startTrickle, trickleBetween } from "../node/traffic-trickle.ts";
import { podsOfApp } from "../stored-pod.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext } from "../scenario.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { identityOf, meshedAs, serviceAccount, withoutSidecar } from "./peers.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("services");
let namespace = "";
/** Of a client of the Service `web`, all the time. */
let traffic: () => Promise<TrickleReport>;
const { http } = applicationPorts;

before(async () => {
  await awaitMesh();
  namespace = await namespaces.create(injectionEnabled);
  await run(
    namespace,
    serviceAccount("client"),
    applicationPod("client", meshedAs("client")),
    ...["blue", "green"].map((name) => applicationPod(name)),
    applicationPod("plain", withoutSidecar),
    applicationService("blue"),
    ...steadyApplication("web"),
  );
  traffic = await startTrickle(namespace, "http://web/", { requestsPerSecond: 100 });
});
after(async () => namespaces.deleteAll());

async function fetch(url: string): Promise<Echo> {
  return fetchIn(namespace, "client", url);
}

/** Who answers, and that the connection to them was mTLS. */
async function meshedAnswer(url: string): Promise<string> {
  const { pod, headers } = await fetch(url);
  assert.ok(headers["x-forwarded-client-cert"]?.includes(identityOf(namespace, "client")), `${url} is not mTLS`);
  return pod;
}

/** Resolves when this pod answers. */
async function answeredBy(url: string, expected: string): Promise<void> {
  const answers = async (): Promise<boolean> => {
    const pod = await fetch(url).then(
      (echo) => echo.pod,
      () => undefined,
    );
    return pod === expected;
  };
  await eventually(`${url} is answered by ${expected}`, answers, 30_000);
}

async function scale(name: string, replicas: number): Promise<void> {
  await kubectlOk(["-n", namespace, "scale", `deployment/${name}`, `--replicas=${replicas}`]);
  const settled = async (): Promise<boolean> => (await podsOfApp(namespace, name)).length === replicas;
  await kubectlOk(["-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=90s"]);
  await eventually(`${name} has ${replicas} pods`, settled, 60_000);
}

/** Does something that the clients of `web` must not notice. */
async function unnoticed(context: ScenarioContext, action: () => Promise<void>): Promise<void> {
  const before = await traffic();
  await action();
  const { answered, failed, failures } = trickleBetween(before, await traffic());
  context.note(`${answered} answers, ${failed} failures`);
  assert.deepEqual(failures, []);
  assert.ok(answered > 0);
}

scenario(
  "services: from one replica to five and back at 100 requests a second: no request fails",
  async (context) => {
    showMeshOnFailure(context, namespace);
    await unnoticed(context, async () => {
      const start = performance.now();
      for (const replicas of [5, 1]) {
        await scale("web", replicas);
        context.note(`${replicas} after ${((performance.now() - start) / 1_000).toFixed(1)} s`);
      }
    });
  },
  { timeoutMs: 240_000 },
);

scenario(
  "services: created, changed, deleted and created anew while clients call",
  async (context: ScenarioContext) => {
    showMeshOnFailure(context, namespace);
    const apply = async (app: string, spec: object = {}): Promise<void> => {
      const input = applicationService("late", spec, app);
      await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input });
    };
    await unnoticed(context, async () => {
      await assert.rejects(fetch("http://late/"), "there is no such Service yet");
      await apply("blue");
      await answeredBy("http://late/", "blue");
      await apply("green");
      await answeredBy("http://late/", "green");
      await apply("green", { ports: [{ name: "http", port: 8000, targetPort: http }] });
      await answeredBy("http://late:8000/", "green");
      assert.equal(await meshedAnswer("http://late:8000/"), "green");
      await kubectlOk(["-n", namespace, "delete", "service/late"]);
      await eventually(
        "the name is gone",
        async () =>
          fetch("http://late:8000/").then(
            () => false,
            () => true,
          ),
        30_000,
      );
      await apply("blue");
      await answeredBy("http://late/", "blue");
      assert.equal(await meshedAnswer("http://late/"), "blue");
    });
  },
);

scenario("services: pods of a StatefulSet, by their own names and by the headless Service's", async (context) => {
  showMeshOnFailure(context, namespace);
  const headless = applicationService("db", { clusterIP: "None", ports: [{ name: "http", port: http }] });
  await run(namespace, headless, applicationStatefulSet("db", "db"));
  for (const pod of ["db-0", "db-1"]) {
    await answeredBy(`http://${pod}.db:${http}/`, pod);
    assert.equal(await meshedAnswer(`http://${pod}.db:${http}/`), pod);
  }
  assert.match(await meshedAnswer(`http://db:${http}/`), /^db-[01]$/);
});

scenario("services: an ExternalName that leads to a Service of the mesh", async (context) => {
  showMeshOnFailure(context, namespace);
  const spec = { type: "ExternalName", externalName: `blue.${namespace}.svc.cluster.local` };
  const input = { apiVersion: "v1", kind: "Service", metadata: { name: "alias" }, spec };
  await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input });
  await answeredBy("http://alias/", "blue");
  assert.equal(await meshedAnswer("http://alias/"), "blue");
});

scenario("services: without a selector, with endpoints that somebody else keeps", async (context) => {
  showMeshOnFailure(context, namespace);
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "manual" },
    spec: { ports: [{ name: "http", port: 80, targetPort: http }] },
  };
  const sliceTo = async (pod: string): Promise<object> => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "manual-1", labels: { "kubernetes.io/service-name": "manual" } },
    addressType: "IPv4",
    ports: [{ name: "http", port: http, protocol: "TCP" }],
    endpoints: [{ addresses: [(await runningPod(namespace, pod)).status.podIP] }],
  });
  await run(namespace, service, await sliceTo("plain"));
  await answeredBy("http://manual/", "plain");
  await run(namespace, await sliceTo("blue"));
  await answeredBy("http://manual/", "blue");
  assert.equal(await meshedAnswer("http://manual/"), "blue");
});
