/**
 * The way of a cluster into a mesh and out again by the command line, with pods that call each other all the while.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "../../eventually.ts";
import type { ProxyRow } from "../../../src/proxies/proxy-list.ts";
import { clusterCommand, runChecks } from "../cluster-command.ts";
import { kubectl, kubectlJson, kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationDeployment, applicationService, toolsPod } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { injectorPods, systemNamespace } from "../node/injector-deployment.ts";
import { nameOf, podOfDeployment, run } from "../node/running-pods.ts";
import { startTrickle } from "../node/traffic-trickle.ts";
import { scenario } from "../scenario.ts";
import { createPod } from "../stored-pod.ts";
import { controlPlanePods } from "./control-plane-deployment.ts";
import { outriggerJson, outriggerOk, removeOutrigger } from "./installed-by-command.ts";
import { setMode } from "./mesh-tls-modes.ts";
import { identityOf, meshedAs, serviceAccount } from "./peers.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("into-and-out");
let namespace = "";
let trickle: Awaited<ReturnType<typeof startTrickle>>;

before(async () => {
  await removeOutrigger();
  await outriggerOk("install");
  namespace = await namespaces.create(injectionEnabled);
  await run(
    namespace,
    ...["web", "client"].map(serviceAccount),
    applicationService("web"),
    applicationDeployment("web", meshedAs("web")),
    applicationDeployment("client", meshedAs("client")),
  );
  trickle = await startTrickle(namespace, "http://web/");
});
after(async () => {
  await namespaces.deleteAll();
  await removeOutrigger();
});

interface StatusOfPod {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/** Whether a pod's sidecar is one that the control plane configures. */
function isOfMesh({ metadata }: StatusOfPod): boolean {
  const status = JSON.parse(metadata?.annotations?.["outrigger.dev/status"] ?? "{}") as { readonly mesh?: object };
  return status.mesh !== undefined;
}

/** Who the caller is, as the server hears of it; undefined where the connection was plain. */
async function callerSeen(): Promise<string | undefined> {
  const client = nameOf(await podOfDeployment(namespace, "client"));
  const { headers } = await fetchIn(namespace, client, "http://web/");
  return /URI=([^;,]+)/.exec(headers["x-forwarded-client-cert"] ?? "")?.[1];
}

async function expectUndisturbed(note: (text: string) => void): Promise<void> {
  const before = (await trickle()).answered;
  await eventually("requests go on being answered", async () => (await trickle()).answered > before + 20, 30_000);
  const { answered, failures } = await trickle();
  assert.deepEqual(failures, []);
  note(`${answered} requests answered so far, none lost`);
}

scenario("mesh installation: `install --mesh --dry-run` tells what would come, and changes nothing", async () => {
  const { stdout } = await outriggerOk("install", "--mesh", "--dry-run");
  assert.match(stdout, /^CustomResourceDefinition meshtls\.outrigger\.dev created \(dry run\)$/m);
  assert.match(stdout, /^Deployment outrigger-system\/outrigger-control-plane created \(dry run\)$/m);
  assert.match(stdout, /^ConfigMap outrigger-system\/outrigger-config configured \(dry run\)$/m);
  assert.match(stdout, /^Deployment outrigger-system\/outrigger-injector unchanged \(dry run\)$/m);
  assert.deepEqual(await controlPlanePods(), []);
});

scenario(
  "mesh installation: `install --mesh` makes a mesh of an installation: the next pod is in it, no call fails",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const start = performance.now();
    const { stderr } = await outriggerOk("install", "--mesh");
    context.note(`a mesh in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    assert.ok(isOfMesh(await createPod(namespace, toolsPod("at-once"))));
    assert.match(
      stderr,
      /^not in the mesh yet, as their sidecars were made before: 3 pods; `outrigger restart --stale/m,
    );
    const at = (text: string): number => stderr.indexOf(`Deployment outrigger-system/${text}`);
    assert.ok(at("outrigger-control-plane is ready") < at("outrigger-injector is restarting"), stderr);
    assert.equal((await controlPlanePods()).length, 2);
    assert.equal(await callerSeen(), undefined, "sidecars of before work as before");
    await kubectlOk(["-n", namespace, "delete", "pod", "at-once", "--wait=false"]);
    await expectUndisturbed(context.note);
  },
  { timeoutMs: 240_000 },
);

scenario("mesh installation: again, without --mesh, it changes nothing and restarts nobody", async () => {
  const names = async (): Promise<readonly string[]> =>
    [...(await injectorPods()), ...(await controlPlanePods())].map(nameOf).sort();
  const earlier = await names();
  const { stderr } = await outriggerOk("install");
  assert.doesNotMatch(stderr, / (created|configured|is restarting.*)$/m);
  assert.deepEqual(await names(), earlier);
});

scenario(
  "mesh installation: `restart --stale` brings workloads in, and then they know each other; no call fails",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const { stdout } = await clusterCommand("restart", "--stale", "-n", namespace);
    assert.match(stdout, new RegExp(`^Pod ${namespace}/trickle .*left alone`, "m"));
    const rows = await outriggerJson<readonly ProxyRow[]>("proxy", "list", "-n", namespace);
    assert.deepEqual(
      rows.map(({ pod }) => pod.replace(/-[^-]+-[^-]+$/, "")),
      [`${namespace}/client`, `${namespace}/web`],
    );
    assert.equal(await callerSeen(), identityOf(namespace, "client"));
    await expectUndisturbed(context.note);
  },
  { timeoutMs: 240_000 },
);

interface NodeObject {
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

async function nodeAddress(): Promise<string> {
  const { items } = await kubectlJson<{ readonly items: readonly NodeObject[] }>(["get", "nodes"]);
  const addresses = items.flatMap(({ status }) => status.addresses);
  return addresses.find(({ type }) => type === "InternalIP")?.address ?? "";
}

/** The status of an answer, as a pod of the mesh gets it; 0 where there is none. */
async function statusOf(pod: string, url: string): Promise<number> {
  const program = `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(5000) })
    .then(({ status }) => console.log(status), () => console.log(0));`;
  const ask = ["exec", pod, "-c", "app", "--", "/nodejs/bin/node", "-e", program];
  return Number((await kubectlOk(["-n", namespace, ...ask])).trim());
}

scenario(
  "mesh installation: a changed mesh config is in force when `install` ends: unknown destinations are refused",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const { podIP } = (await podOfDeployment(namespace, "web")).status;
    const client = nameOf(await podOfDeployment(namespace, "client"));
    // The node itself is no Service and no pod. Its kubelet, asked in plain text, says that this is a bad request.
    const kubelet = `http://${await nodeAddress()}:10250/`;
    assert.equal(await statusOf(client, kubelet), 400);
    context.cleanUp(async () => outriggerOk("install", "--set", "mesh.unknownDestinations=pass"));
    await outriggerOk("install", "--set", "mesh.unknownDestinations=refuse");
    await eventually("it is refused", async () => (await statusOf(client, kubelet)) === 0, 30_000);
    assert.equal(await statusOf(client, `http://${podIP}:8080/`), 200, "a pod");
    assert.equal(await statusOf(client, "http://web/"), 200, "a Service");
    await expectUndisturbed(context.note);
  },
  { timeoutMs: 240_000 },
);

scenario("mesh installation: no step out of a mesh is taken before its time", async (context) => {
  showMeshOnFailure(context, namespace);
  context.cleanUp(async () => setMode(namespace, "unused", "permissive"));
  await setMode(namespace, "unused", "strict");
  const strict = await clusterCommand("install", "--set", "mode=standalone");
  assert.equal(strict.code, 1);
  assert.match(strict.stderr, new RegExp(`${namespace}/unused\\n[^]*OUTRIGGER_MESH_TLS_STRICT`));
  const early = await clusterCommand("uninstall", "--mesh", "--yes");
  assert.match(early.stderr, /the mesh config says `mode: mesh`[^]*OUTRIGGER_CONTROL_PLANE_IN_USE/);
  const whole = await clusterCommand("uninstall", "--yes");
  assert.equal(whole.code, 1);
  assert.match(whole.stderr, new RegExp(`Deployment ${namespace}/web \\(1\\)[^]*OUTRIGGER_CONTROL_PLANE_IN_USE`));
  assert.equal((await kubectl(["get", "mutatingwebhookconfiguration", "outrigger-injector"])).code, 0);
});

/** What kubectl finds of a name; empty where there is none. */
async function nameIn(place: readonly string[], ...object: readonly string[]): Promise<string> {
  return kubectlOk([...place, "get", ...object, "--ignore-not-found", "-o", "name"]);
}

scenario(
  "mesh installation: out of the mesh: workload by workload, then the control plane; no call fails",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const { stderr } = await outriggerOk("install", "--set", "mode=standalone");
    assert.match(stderr, /^the control plane stays, as the sidecars of 2 pods need it: `outrigger restart --stale/m);
    assert.equal((await clusterCommand("uninstall", "--mesh", "--yes")).code, 1);
    assert.equal((await controlPlanePods()).length, 2);
    await clusterCommand("restart", "--stale", "-n", namespace);
    assert.equal(await callerSeen(), undefined);

    await outriggerOk("uninstall", "--mesh", "--yes");
    assert.deepEqual(await controlPlanePods(), []);
    const own = ["secret/outrigger-workload-ca", "lease/outrigger-control-plane", "role/outrigger-control-plane"];
    for (const object of own) assert.equal(await nameIn(["-n", systemNamespace], object), "");
    for (const kind of ["clusterrole", "clusterrolebinding"]) {
      assert.equal(await nameIn([], kind, "outrigger-control-plane"), "");
    }
    const trust = ["get", "configmaps", "-A", "--field-selector=metadata.name=outrigger-trust", "-o", "name"];
    assert.equal(await kubectlOk(trust), "");
    assert.notEqual(await nameIn([], "crd", "meshtls.outrigger.dev"), "", "what people have written stays");
    await expectUndisturbed(context.note);
    const bad = [...(await runChecks()).values()].filter(({ status }) => status !== "ok");
    assert.deepEqual(bad, []);
  },
  { timeoutMs: 240_000 },
);

scenario(
  "mesh installation: `uninstall --crds` leaves nothing in the cluster",
  async (context) => {
    await setMode(namespace, "unused", "permissive");
    const told = await clusterCommand("uninstall", "--crds");
    const all = "with all objects of its kind in the cluster \\(1\\)";
    const line = `^CustomResourceDefinition meshtls.outrigger.dev would be removed, ${all}$`;
    assert.match(told.stdout, new RegExp(line, "m"));
    await outriggerOk("uninstall", "--yes", "--crds");
    const kinds = "namespaces,clusterroles,clusterrolebindings,crds,priorityclasses,mutatingwebhookconfigurations";
    const names = await kubectlOk(["get", `${kinds},validatingwebhookconfigurations`, "-o", "name"]);
    assert.deepEqual(
      names.split("\n").filter((name) => name.includes("outrigger")),
      [],
    );
    await expectUndisturbed(context.note);
  },
  { timeoutMs: 240_000 },
);
