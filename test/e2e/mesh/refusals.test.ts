/**
 * A sidecar that cannot use what it is sent: its Envoy lacks a filter, as one that somebody has built for themselves may. It
 * refuses the listeners with that filter, says so, and lives with everything else.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "../../eventually.ts";
import { clusterCommand } from "../cluster-command.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationPod, applicationService, toolsPod } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { execIn, isReady, run, runningPod } from "../node/running-pods.ts";
import { scenario } from "../scenario.ts";
import { listedProxies } from "./connected-proxies.ts";
import { controlPlaneCounter, controlPlaneLog } from "./control-plane-deployment.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { setMode } from "./mesh-tls-modes.ts";
import { identityOf, loggedAccess, meshedAs, serviceAccount, withoutSidecar } from "./peers.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("refusals");
let namespace = "";

before(async () => {
  await awaitMesh();
  namespace = await namespaces.create(injectionEnabled);
  await run(
    namespace,
    serviceAccount("odd"),
    applicationService("web"),
    applicationPod("web"),
    toolsPod("plain", withoutSidecar),
  );
});
after(async () => namespaces.deleteAll());

/** By its category and name. Only listeners for outbound requests have it. */
const missingFilter = "envoy.filters.http/envoy.filters.http.on_demand";

/** A sidecar whose owner starts Envoy with a flag of their own. */
const odd = {
  name: "outrigger-proxy",
  image: "auto",
  imagePullPolicy: "IfNotPresent",
  command: ["/usr/local/bin/envoy", "--disable-extensions", missingFilter],
};

async function isPlainClientAnswered(): Promise<boolean> {
  const { podIP } = (await runningPod(namespace, "odd")).status;
  const fetch = ["timeout", "5", "wget", "-q", "-O", "/dev/null", `http://${podIP}:8080/`];
  return (await execIn({ namespace, pod: "plain" }, fetch)).code === 0;
}

scenario(
  "refusals: what a sidecar's Envoy refuses is logged in its words, counted and listed; everything else goes on",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const since = new Date();
    const series = 'outrigger_discovery_nacks_total{type="listener"}';
    const counted = await controlPlaneCounter(series);
    const { annotations, spec } = meshedAs("odd");
    await run(
      namespace,
      applicationPod("odd", { ...(annotations && { annotations }), spec: { ...spec, initContainers: [odd] } }),
    );
    const row = async () => (await listedProxies(namespace)).find(({ pod }) => pod === `${namespace}/odd`);
    await eventually(
      "each refused listener is found, and all that can be sent is sent",
      async () => (await row())?.synced === true,
      30_000,
    );

    const refused = (await row())?.refused ?? [];
    assert.ok(
      refused.some(({ name }) => name === "outbound-80"),
      JSON.stringify(refused),
    );
    for (const { name, message } of refused) {
      assert.match(name, /^outbound-\d+$/);
      assert.match(message, /envoy\.extensions\.filters\.http\.on_demand/, name);
    }
    context.note(`refused: ${refused.map(({ name }) => name).join()}`);
    const { stdout } = await clusterCommand("proxy", "list", "-n", namespace);
    assert.match(stdout, new RegExp(`^${namespace}/odd +\\S+ +yes +${refused.length} `, "m"));
    assert.match(stdout, new RegExp(`^${namespace}/web +\\S+ +yes +0 `, "m"));
    const line = (await controlPlaneLog(since)).find(({ msg }) => msg === "proxy refused resources");
    assert.equal(line?.["proxy"], `${namespace}/odd`);
    assert.match(String(line["reason"]), /on_demand/);
    assert.ok((await controlPlaneCounter(series)) >= counted + refused.length);

    assert.ok(isReady(await runningPod(namespace, "odd")));
    const calledAt = new Date();
    assert.equal((await fetchIn(namespace, "odd", "http://web/")).pod, "web");
    const place = { namespace, pod: "odd" };
    const access = await loggedAccess(place, calledAt, "the call", ({ direction }) => direction === "outbound");
    assert.equal(access.protocol, "TCP", "requests are no longer told apart");
    assert.equal(access.upstream_peer, identityOf(namespace, "default"), "it is mTLS all the same");
    assert.ok(await isPlainClientAnswered());
    context.cleanUp(async () => setMode(namespace, "odd", "permissive"));
    await setMode(namespace, "odd", "strict");
    await eventually("a later change takes effect", async () => !(await isPlainClientAnswered()), 30_000);
  },
);
