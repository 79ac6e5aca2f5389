/**
 * What the command line tells of a mesh that runs, on one that it has installed itself: which sidecars there are and what each
 * was sent, what is wrong, and who may see it.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "../../eventually.ts";
import type { ProxyCertificates } from "../../../src/control-plane/pages/pages.ts";
import type { ShownResource } from "../../../src/control-plane/pages/proxy-contents.ts";
import type { ProxyRow } from "../../../src/proxies/proxy-list.ts";
import { clusterCommand, commandAs, runChecks } from "../cluster-command.ts";
import { kubectlJson, kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationDeployment, applicationPod, applicationService, toolsPod } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { systemNamespace } from "../node/injector-deployment.ts";
import { execIn, execOk, nameOf, podOfDeployment, run, runningPod } from "../node/running-pods.ts";
import { scenario } from "../scenario.ts";
import { serviceAccountKubeconfig } from "../service-account-kubeconfig.ts";
import { bringControlPlaneBack, controlPlanePods, stopControlPlane } from "./control-plane-deployment.ts";
import { outriggerJson, outriggerOk, removeOutrigger } from "./installed-by-command.ts";
import { identityOf, meshedAs, serviceAccount, withoutSidecar } from "./peers.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("command-line");
let namespace = "";
let web = "";

before(async () => {
  await removeOutrigger();
  for (const { name, status, message } of (await runChecks("--pre", "--mesh")).values()) {
    assert.equal(status, "ok", `${name}: ${message}`);
  }
  await outriggerOk("install", "--mesh");
  namespace = await namespaces.create(injectionEnabled);
  await run(
    namespace,
    ...["web", "client"].map(serviceAccount),
    applicationService("web"),
    applicationDeployment("web", meshedAs("web")),
    applicationPod("client", meshedAs("client")),
    toolsPod("plain", withoutSidecar),
  );
  web = nameOf(await podOfDeployment(namespace, "web"));
  assert.equal((await fetchIn(namespace, "client", "http://web/")).pod, web);
});
after(async () => {
  await namespaces.deleteAll();
  await removeOutrigger();
});

/** What `outrigger proxy <part> <pod>` prints. */
async function shown(part: string, pod: string, ...more: readonly string[]): Promise<string> {
  return (await outriggerOk("proxy", part, pod, "-n", namespace, ...more)).stdout;
}

async function listed(...more: readonly string[]): Promise<string> {
  return (await outriggerOk("proxy", "list", "-n", namespace, ...more)).stdout;
}

async function rowOf(pod: string): Promise<ProxyRow | undefined> {
  const rows = await outriggerJson<readonly ProxyRow[]>("proxy", "list", "-n", namespace);
  return rows.find((row) => row.pod === `${namespace}/${pod}`);
}

scenario("command line in a mesh: `check` is all green where all is well", async (context) => {
  showMeshOnFailure(context, namespace);
  await eventually("every sidecar has what it was sent", async () => (await rowOf("client"))?.synced === true, 30_000);
  const checks = await runChecks();
  const expected = ["control-plane-ready", "control-plane-certificate", "mesh-roots", "sidecars-connected"];
  for (const name of [...expected, "sidecars-refusing", "mesh-definitions", "mesh-objects"]) {
    assert.ok(checks.has(name), name);
  }
  const bad = [...checks.values()].filter(({ status }) => status !== "ok");
  assert.deepEqual(bad, []);
  assert.equal(checks.get("sidecars-connected")?.message, "all 2 sidecars are connected");
});

scenario("command line in a mesh: `proxy list` has every sidecar, its replica and its certificate", async (context) => {
  showMeshOnFailure(context, namespace);
  const replicas = (await controlPlanePods()).map(nameOf);
  const [heading, ...lines] = (await listed()).trimEnd().split("\n");
  assert.match(heading ?? "", /^POD +REPLICA +SYNCED +REFUSED +RESOURCES +CERTIFICATE +VERSION$/);
  const cells = lines.map((line) => line.split(/ {3,}/));
  assert.deepEqual(
    cells.map(([pod]) => pod),
    [`${namespace}/client`, `${namespace}/${web}`],
  );
  for (const [, replica = "", synced, refused, , certificate = ""] of cells) {
    assert.ok(replicas.includes(replica), replica);
    assert.deepEqual([synced, refused], ["yes", "0"]);
    assert.match(certificate, /^2[34]h$/);
  }
  const identity = identityOf(namespace, "web");
  assert.match(await listed("-o", "wide"), new RegExp(`^${namespace}/${web} .* ${identity} +20\\d\\d-`, "m"));
});

async function clusterIpOf(service: string): Promise<string> {
  const get = ["-n", namespace, "get", "service", service];
  return (await kubectlJson<{ readonly spec: { readonly clusterIP: string } }>(get)).spec.clusterIP;
}

scenario("command line in a mesh: `proxy config` shows all that a sidecar was sent, and no key", async (context) => {
  showMeshOnFailure(context, namespace);
  const text = await shown("config", "client");
  for (const resource of ["listener +outbound", "cluster +inbound", "secret +workload"]) {
    assert.match(text, new RegExp(`^${resource} +current +\\S+$`, "m"));
  }
  const yaml = await shown("config", `pod/${web}`, "-o", "yaml");
  assert.match(yaml, /^ +private_key: "?\[redacted\]"?$/m);
  assert.doesNotMatch(yaml, /PRIVATE KEY/);
  const resources = await outriggerJson<readonly ShownResource[]>("proxy", "config", "client", "-n", namespace);
  const names = resources.map(({ name }) => name);
  assert.ok(names.includes(`http|${await clusterIpOf("web")}:80`), names.join("\n"));
});

scenario(
  "command line in a mesh: `proxy endpoints` shows where a Service's requests go, as it scales",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const destination = `http|${await clusterIpOf("web")}:80|`;
    const endpoints = async (): Promise<readonly string[]> => {
      const text = await shown("endpoints", "client");
      return text.split("\n").filter((line) => line.startsWith(destination));
    };
    const [line = "", ...more] = await endpoints();
    const { podIP } = (await runningPod(namespace, web)).status;
    assert.deepEqual([line.split(/ {3,}/).slice(1), more], [[`${podIP}:8080`, "healthy", "mTLS"], []]);
    context.cleanUp(async () => kubectlOk(["-n", namespace, "scale", "deployment/web", "--replicas=1"]));
    await kubectlOk(["-n", namespace, "scale", "deployment/web", "--replicas=2"]);
    await eventually("there are two", async () => (await endpoints()).length === 2, 60_000);
  },
);

scenario("command line in a mesh: `proxy routes` shows where a sidecar sends requests", async () => {
  const text = await shown("routes", "client");
  assert.match(text, /^TABLE +DOMAINS +MATCH +TO$/m);
  assert.match(text, /^outbound +\* +\/\* +the original destination/m);
});

scenario("command line in a mesh: `proxy certs` shows the certificate that the other side sees", async () => {
  const { chain, roots, identity } = await outriggerJson<ProxyCertificates>(
    "proxy",
    "certs",
    "client",
    "-n",
    namespace,
  );
  assert.equal(identity, identityOf(namespace, "client"));
  const { headers } = await fetchIn(namespace, "client", "http://web/");
  assert.match(headers["x-forwarded-client-cert"] ?? "", new RegExp(`URI=${identity}`));
  assert.equal(roots.length, 1);
  const text = await shown("certs", "client");
  assert.match(text, new RegExp(`^own +URI:${identity} +${chain[0]?.serialNumber ?? "?"} +20\\S+ +2[34]h$`, "m"));
  assert.match(text, /^root +\S.* +20\S+ +36\dd$/m);
});

scenario("command line in a mesh: `proxy stats` and `proxy log` are the sidecar's own words", async () => {
  const counter = /^envoy_http_downstream_rq_total\{envoy_http_conn_manager_prefix="outbound"\} (\d+)$/m;
  const requests = async (): Promise<number> => Number(counter.exec(await shown("stats", "client"))?.[1] ?? 0);
  const earlier = await requests();
  await fetchIn(namespace, "client", "http://web/logged");
  await eventually("it is counted", async () => (await requests()) > earlier);
  await eventually("it is logged", async () => (await shown("log", "client", "--tail", "50")).includes("/logged"));
});

/** A filter of listeners for outbound requests, which an Envoy that somebody has built themselves may lack. */
const onDemand = "envoy.filters.http/envoy.filters.http.on_demand";

const oddSidecar = {
  name: "outrigger-proxy",
  image: "auto",
  imagePullPolicy: "IfNotPresent",
  command: ["/usr/local/bin/envoy", "--disable-extensions", onDemand],
};

scenario(
  "command line in a mesh: what a sidecar refuses, and why, is in `proxy list`, `proxy config` and `check`",
  async (context) => {
    showMeshOnFailure(context, namespace);
    context.cleanUp(async () => kubectlOk(["-n", namespace, "delete", "pod", "odd"]));
    await run(namespace, applicationPod("odd", { spec: { initContainers: [oddSidecar] } }));
    const settled = async (): Promise<boolean> => {
      const { synced = false, refused = [] } = (await rowOf("odd")) ?? {};
      return synced && refused.some(({ name }) => name === "outbound-80");
    };
    await eventually("all that can be sent is sent", settled, 30_000);
    const count = (await rowOf("odd"))?.refused.length ?? 0;
    assert.match(await listed(), new RegExp(`^${namespace}/odd +\\S+ +yes +${count} `, "m"));
    assert.match(await listed("-o", "wide"), new RegExp(`^${namespace}/odd .*outbound-80: .*on_demand`, "m"));
    assert.match(await shown("config", "odd"), /^listener +outbound-80 +refused +\S+$/m);
    const wide = await shown("config", "odd", "-o", "wide");
    assert.match(wide, /^listener +outbound-80 +refused +\S+ +.*on_demand/m);
    assert.match(wide, /^listener +outbound +current +\S+ +-$/m);
    const check = (await runChecks()).get("sidecars-refusing");
    assert.equal(check?.status, "warning");
    assert.match(check.message, /^1 of 3 sidecars refuse something/);
    assert.ok(check.details.some((detail) => detail.startsWith(`${namespace}/odd: outbound-80: `)));
  },
);

scenario("command line in a mesh: objects that contradict each other are told by `check`", async (context) => {
  showMeshOnFailure(context, namespace);
  const policies = ["one", "other"].map((name) => ({
    apiVersion: "outrigger.dev/v1alpha1",
    kind: "MeshTLS",
    metadata: { name },
    spec: { mode: "permissive" },
  }));
  context.cleanUp(async () => kubectlOk(["-n", namespace, "delete", "meshtls", "--all"]));
  await run(namespace, ...policies);
  const told = async (): Promise<boolean> => {
    const check = (await runChecks()).get("mesh-objects");
    return check?.status === "warning" && check.details.some((text) => text.includes(`meshTls ${namespace}/`));
  };
  await eventually("it is told", told, 30_000);
});

scenario(
  "command line in a mesh: what sidecars were sent is shown neither to pods nor to those who may not forward ports",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const [replica] = await controlPlanePods();
    const ip = replica?.status.podIP ?? "";
    const place = { namespace, pod: "plain" };
    const wget = ["timeout", "5", "wget", "-q", "-O", "-"];
    const metrics = await execOk(place, [...wget, `http://${ip}:8080/metrics`]);
    assert.match(metrics, /^outrigger_discovery_connected_proxies /m);
    for (const page of [`http://${ip}:8080/proxies`, `http://${ip}:8081/proxies`]) {
      const { code, stdout } = await execIn(place, [...wget, page]);
      assert.notEqual(code, 0, page);
      assert.equal(stdout, "", page);
    }

    const name = `${namespace}-reader`;
    await run(namespace, serviceAccount("reader"));
    const account = `--serviceaccount=${namespace}:reader`;
    context.cleanUp(async () => kubectlOk(["delete", "clusterrole,clusterrolebinding", name]));
    await kubectlOk(["create", "clusterrole", name, "--verb=get,list", "--resource=pods,pods/proxy"]);
    await kubectlOk(["create", "clusterrolebinding", name, `--clusterrole=${name}`, account]);
    const kubeconfig = await serviceAccountKubeconfig(namespace, "reader");
    const { code, stdout, stderr } = await commandAs(kubeconfig, "proxy", "list");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /cannot (get|create) resource "pods\/portforward"[^]*OUTRIGGER_CONTROL_PLANE_SILENT/);

    const system = ["-n", systemNamespace];
    context.cleanUp(async () => kubectlOk([...system, "delete", "role,rolebinding", name]));
    await kubectlOk([...system, "create", "role", name, "--verb=get,create", "--resource=pods/portforward"]);
    await kubectlOk([...system, "create", "rolebinding", name, `--role=${name}`, account]);
    const sees = async (): Promise<boolean> => (await commandAs(kubeconfig, "proxy", "list")).code === 0;
    await eventually("the right is in force", sees, 15_000);
  },
);

scenario(
  "command line in a mesh: without its control plane, commands say so; what sidecars say themselves is still there",
  async (context) => {
    showMeshOnFailure(context, namespace);
    context.cleanUp(bringControlPlaneBack);
    await stopControlPlane();
    const list = await clusterCommand("proxy", "list");
    assert.equal(list.code, 1);
    assert.match(list.stderr, /it has no pods[^]*OUTRIGGER_CONTROL_PLANE_SILENT/);
    assert.match(await shown("stats", "client"), /^envoy_server_live/m);
    assert.equal((await runChecks()).get("control-plane-ready")?.status, "error");
    assert.equal((await fetchIn(namespace, "client", "http://web/")).pod, web);
  },
  { timeoutMs: 240_000 },
);
