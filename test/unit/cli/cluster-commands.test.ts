import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { commands } from "../../../src/cli/commands.ts";
import { hashMeshConfig } from "../../../src/config/hash.ts";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import { shippedMeshConfig } from "../../../src/installation/render-installation.ts";
import { version } from "../../../src/version.ts";
import {
  configMapsPath,
  configurationsPath,
  deploymentsPath,
  podsPath,
  SmallCluster,
} from "../../fake-kubernetes/small-cluster.ts";
import { podWith } from "../../injected-pods.ts";
import type { Run } from "./terminal.ts";
import { runWith } from "./terminal.ts";

let cluster: SmallCluster;

beforeEach(async () => {
  cluster = new SmallCluster();
  await cluster.start();
});
afterEach(async () => {
  await cluster.stop();
});

async function run(...args: readonly string[]): Promise<Run> {
  return runWith(commands, [...args, "--kubeconfig", cluster.kubeconfig], { config: "userErrors: warn\n" });
}

/** Outrigger installed, and namespace shop with a pod of today, an older one, one without, and one that opts out. */
async function populate(): Promise<void> {
  assert.equal((await run("install")).code, 0);
  cluster.addNamespace("shop", { "outrigger.dev/injection": "enabled" });
  const template = podWith();
  cluster.fake.store.create(deploymentsPath("shop"), {
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas: 2, template: { metadata: { labels: { app: "web" } }, spec: template.spec } },
  } as object);
  const pod = (name: string, labels = {}): object => podWithName(name, labels);
  cluster.addInjectedPod("shop", pod("web-1"));
  cluster.addInjectedPod("shop", pod("web-2"), { version: "0.0.9" });
  cluster.addPod("shop", pod("web-3"));
  cluster.addPod("shop", pod("web-4", { "outrigger.dev/inject": "false" }));
}

function podWithName(name: string, labels: Readonly<Record<string, string>>): object {
  const pod = podWith({}, {}, labels);
  return { ...pod, metadata: { ...pod.metadata, name } };
}

const shippedConfig = parse(shippedMeshConfig()) as object;

function meshConfig(): unknown {
  const { data } = cluster.fake.store.get(configMapsPath, "outrigger-config") as { data?: Record<string, string> };
  return parse(data?.["config.yaml"] ?? "");
}

test("check --pre finds a cluster ready, and names the right that is lacking", async () => {
  const ready = await run("check", "--pre");
  assert.equal(ready.code, 0, ready.out);
  cluster.denied.add("create clusterroles");
  const { code, out } = await run("check", "--pre");
  assert.equal(code, 1);
  assert.match(out, /\[error\].*lacks 1 of the[\s\S]*- create clusterroles\.rbac\.authorization\.k8s\.io\n +to fix: /);
});

test("install refuses to begin what it could not finish", async () => {
  cluster.denied.add("create clusterroles");
  const { code, err } = await run("install");
  assert.equal(code, 1);
  assert.match(err, /OUTRIGGER_PREFLIGHT_FAILED/);
  assert.ok(cluster.fake.requests.every(({ method }) => method !== "PATCH"));
});

test("install, check, and nothing is wrong", async () => {
  const installed = await run("install");
  assert.equal(installed.code, 0, installed.err);
  assert.equal(installed.out, "");
  const { code, out } = await run("check");
  assert.equal(code, 0, out);
  assert.match(out, / 0 warnings, 0 errors\n$/);
});

test("install tells a mesh config that is not valid before anything is changed", async () => {
  const { code, err } = await run("install", "--set", "mode=warp");
  assert.equal(code, 2);
  assert.match(err, /OUTRIGGER_CONFIG_INVALID/);
  assert.ok(cluster.fake.requests.every(({ method }) => method !== "PATCH"));
});

test("an upgrade keeps the mesh config, --set changes one field of it, --config replaces it", async () => {
  await run("install", "--config", "config");
  assert.deepEqual(meshConfig(), { userErrors: "warn" });
  await run("install");
  assert.deepEqual(meshConfig(), { userErrors: "warn" });
  await run("install", "--set", "failureMode=deny");
  assert.deepEqual(meshConfig(), { userErrors: "warn", failureMode: "deny" });
  await run("install", "--config", "config");
  assert.deepEqual(meshConfig(), { userErrors: "warn" });
});

test("install -o yaml prints what would be applied, and asks no cluster", async () => {
  const { code, out } = await run("install", "-o", "yaml", "--ha", "--image", "registry.example/o:2");
  assert.equal(code, 0);
  const objects = parseAllDocuments(out).map((document) => document.toJS() as { kind: string });
  assert.ok(objects.some(({ kind }) => kind === "ValidatingAdmissionPolicy"));
  assert.match(out, /image: registry\.example\/o:2/);
  assert.deepEqual(cluster.fake.requests, []);
});

test("install --dry-run prints the changes as its result", async () => {
  await run("install");
  const { code, out, err } = await run("install", "--dry-run", "--ha");
  assert.equal(code, 0);
  assert.match(out, /spec\.replicas: 2 -> 3/);
  assert.equal(err, "nothing was changed\n");
});

test("install --mesh brings the control plane, stays so at the next, and --set mode=standalone leaves it to be removed", async () => {
  const deployments = (): readonly string[] =>
    cluster.fake.store.list(deploymentsPath("outrigger-system")).map(({ metadata }) => metadata?.name ?? "");
  assert.equal((await run("install", "--mesh")).code, 0);
  assert.deepEqual(meshConfig(), { ...shippedConfig, mode: "mesh" });
  assert.deepEqual(deployments().toSorted(), ["outrigger-control-plane", "outrigger-injector"]);
  cluster.addNamespace("shop", { "outrigger.dev/injection": "enabled" });
  cluster.addInjectedPod("shop", podWithName("web-1", {}));
  const again = await run("install", "--dry-run");
  assert.match(again.out, /^Deployment outrigger-system\/outrigger-control-plane unchanged/m);
  const back = await run("install", "--set", "mode=standalone");
  assert.match(
    back.err,
    /the control plane stays, as the sidecars of one pod need it: .*restart --stale.*uninstall --mesh/,
  );
  assert.deepEqual(deployments().toSorted(), ["outrigger-control-plane", "outrigger-injector"]);
  cluster.fake.store.delete(podsPath("shop"), "web-1");
  assert.match((await run("install")).err, /no sidecar needs the control plane any more; .*uninstall --mesh/);
  assert.equal((await run("uninstall", "--mesh", "--yes")).code, 0);
  assert.deepEqual(deployments(), ["outrigger-injector"]);
  assert.doesNotMatch((await run("install")).err, /control plane/);
});

test("install --mesh tells of sidecars that are not in the mesh yet", async () => {
  await populate();
  assert.match((await run("install", "--mesh")).err, /^not in the mesh yet, .*: 2 pods; .*restart --stale/m);
});

test("install --mesh needs rights for CRDs; without it they are not asked for", async () => {
  cluster.denied.add("create customresourcedefinitions");
  const { code, err } = await run("install", "--mesh");
  assert.equal(code, 1);
  assert.match(err, /- create customresourcedefinitions\.apiextensions\.k8s\.io\n[^]*OUTRIGGER_PREFLIGHT_FAILED/);
  assert.match((await run("check", "--pre", "--mesh")).out, /- create customresourcedefinitions\./);
  assert.equal((await run("check", "--pre")).code, 0);
  assert.equal((await run("install")).code, 0);
});

test("install does not leave a mesh in which something refuses plaintext", async () => {
  assert.equal((await run("install", "--mesh")).code, 0);
  const strict = (name: string, spec: object): void => {
    const collection = "/apis/outrigger.dev/v1alpha1/namespaces/shop/meshtls";
    cluster.fake.store.create(collection, { metadata: { name, namespace: "shop" }, spec } as object);
  };
  strict("all", { mode: "permissive" });
  strict("port", { mode: "permissive", ports: [{ port: 80, mode: "strict" }] });
  strict("whole", { mode: "strict" });
  for (const args of [
    ["--set", "mode=standalone"],
    ["--set", "mode=standalone", "--dry-run"],
  ]) {
    const { code, err } = await run("install", ...args);
    assert.equal(code, 1);
    assert.match(err, /: shop\/port, shop\/whole\n[^]*OUTRIGGER_MESH_TLS_STRICT/);
  }
  assert.deepEqual(meshConfig(), { ...shippedConfig, mode: "mesh" });
});

test("--mesh and --set mode are not given together, nor --mesh to a check of what is installed", async () => {
  for (const args of [
    ["install", "--mesh", "--set", "mode=standalone"],
    ["check", "--mesh"],
  ]) {
    const { code, err } = await run(...args);
    assert.equal(code, 2);
    assert.match(err, /OUTRIGGER_USAGE/);
  }
});

test("uninstall tells what CRDs take along, and leaves them unless told", async () => {
  assert.equal((await run("install", "--mesh")).code, 0);
  const meshTls = "/apis/outrigger.dev/v1alpha1/namespaces/shop/meshtls";
  cluster.fake.store.create(meshTls, { metadata: { name: "all", namespace: "shop" } });
  const definition = "CustomResourceDefinition meshtls.outrigger.dev";
  const plain = await run("uninstall");
  assert.match(
    plain.out,
    new RegExp(`^${definition} stays, with what has been written of its kind \\(1\\); --crds removes both$`, "m"),
  );
  assert.doesNotMatch(plain.out, new RegExp(`${definition} would`));
  const all = await run("uninstall", "--crds", "--dry-run");
  assert.match(
    all.out,
    new RegExp(`^${definition} would be removed, with all objects of its kind in the cluster \\(1\\)$`, "m"),
  );
  const kept = await run("uninstall", "--yes");
  assert.match(kept.out, new RegExp(`${definition} stays`));
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  assert.ok(cluster.fake.store.find(definitions, "meshtls.outrigger.dev"));
  assert.equal((await run("uninstall", "--yes", "--crds")).code, 0);
  assert.deepEqual(cluster.fake.store.list(definitions), []);
});

test("uninstall does not take the control plane from sidecars, nor from an injector that makes more of them", async () => {
  assert.equal((await run("install", "--mesh")).code, 0);
  const early = await run("uninstall", "--mesh", "--yes");
  assert.match(early.err, /the mesh config says `mode: mesh`\n[^]*OUTRIGGER_CONTROL_PLANE_IN_USE/);
  cluster.addNamespace("shop", { "outrigger.dev/injection": "enabled" });
  cluster.addInjectedPod("shop", podWithName("web-1", {}));
  const told = await run("uninstall");
  assert.match(
    told.out,
    /^nothing would be removed as long as the sidecars of one pod need.*:\n {2}Deployment shop\/web \(1\)$/m,
  );
  const { code, err } = await run("uninstall", "--yes");
  assert.equal(code, 1);
  assert.match(
    err,
    /those of one pod\n {2}Deployment shop\/web \(1\)\n[^]*--abandon-sidecars[^]*OUTRIGGER_CONTROL_PLANE_IN_USE/,
  );
  assert.ok(cluster.configuration);
});

test("check finds what is wrong with pods, namespaces and the configuration", async () => {
  await populate();
  cluster.addNamespace("typo", { "outrigger.dev/injection": "enable" });
  const configuration = cluster.configuration ?? assert.fail();
  const webhooks = configuration.webhooks?.map((entry) => ({ ...entry, failurePolicy: "Ignore" }));
  cluster.fake.store.update(configurationsPath, "outrigger-injector", { ...configuration, webhooks } as object);
  const { code, out } = await run("check", "-o", "json");
  assert.equal(code, 1);
  const { result, checks } = JSON.parse(out) as {
    result: string;
    checks: { name: string; status: string; details: string[] }[];
  };
  assert.equal(result, "error");
  const wrong = checks.filter(({ status }) => status !== "ok");
  assert.deepEqual(
    wrong.map(({ name, status, details }) => [name, status, details]),
    [
      ["webhook-configuration", "warning", ['namespace.injection.outrigger.dev: failurePolicy: "Fail" -> "Ignore"']],
      ["namespace-labels", "error", ['typo: outrigger.dev/injection: "enable"; did you mean enabled?']],
      ["sidecars-missing", "warning", ["Deployment shop/web (one pod): namespace-enabled"]],
      [
        "sidecars-stale",
        "warning",
        [`Deployment shop/web (one pod): made by version 0.0.9, the injector is ${version}`],
      ],
    ],
  );
});

test("check says so where Outrigger is not installed, or no cluster is there", async () => {
  const missing = await run("check");
  assert.equal(missing.code, 1);
  assert.match(missing.out, /Outrigger is not installed[\s\S]*outrigger install/);
  await cluster.fake.stop();
  const gone = await run("check");
  assert.equal(gone.code, 1);
  assert.match(gone.out, /1 check: 0 ok, 0 warnings, 1 error\n$/);
  assert.match(gone.out, /does not answer: .*ECONNREFUSED/);
});

test("every other command says it as an error of the catalogue", async () => {
  await cluster.fake.stop();
  for (const args of [["uninstall"], ["restart", "--stale"], ["explain", "pod/x"]]) {
    const { code, err } = await run(...args);
    assert.equal(code, 1);
    assert.match(err, /OUTRIGGER_KUBERNETES_UNREACHABLE/, args.join(" "));
  }
  const { code, err } = await runWith(commands, ["check", "--kubeconfig", "/nowhere"]);
  assert.equal(code, 1);
  assert.match(err, /OUTRIGGER_KUBERNETES_UNREACHABLE/);
});

test("a request that is refused is told with the API server's own words", async () => {
  await populate();
  cluster.fake.fault = ({ path }) => (path === podsPath("shop") ? 403 : undefined);
  const { code, err } = await run("explain", "ns/shop");
  assert.equal(code, 1);
  assert.match(err, /a fault of the test's \(403\)\n {2}to fix: ask for the right.*OUTRIGGER_KUBERNETES_REFUSED/);
});

test("explain tells of a pod whether it carries its sidecar, and whether that is stale", async () => {
  await populate();
  const expected: readonly (readonly [string, RegExp])[] = [
    [
      "web-1",
      /^Pod shop\/web-1\n {2}injected: namespace-enabled .*\n {2}sidecar: there, up to date \(version .*, mesh config /,
    ],
    ["web-2", /sidecar: there, stale: made by version 0\.0\.9/],
    ["web-3", /injected: namespace-enabled.*\n {2}sidecar: missing/],
    ["web-4", /skipped: pod-opt-out.*\n {2}sidecar: none, as decided/],
  ];
  for (const [name, pattern] of expected) {
    const { code, out } = await run("explain", `pod/${name}`, "-n", "shop");
    assert.equal(code, 0);
    assert.match(out, pattern);
  }
  const { out } = await run("explain", "pod/web-1", "pod/web-2", "-n", "shop", "-o", "json");
  interface Data {
    readonly settings: readonly object[];
    readonly sidecar: Readonly<Record<string, unknown>>;
  }
  const [first, second] = JSON.parse(out) as [Data, Data];
  const config = hashMeshConfig(defaultMeshConfig);
  assert.deepEqual(first.sidecar, { state: "current", version, config, staleBecause: [] });
  assert.equal(second.sidecar["state"], "stale");
  assert.ok(first.settings.length > 20);
});

test("explain tells of a workload what its template says, and counts its pods", async () => {
  await populate();
  const { code, out } = await run("explain", "deploy/web", "-n", "shop");
  assert.equal(code, 0);
  assert.match(out, /^Deployment shop\/web\n {2}injected: namespace-enabled/);
  assert.match(
    out,
    /pods: 1 with an up-to-date sidecar, 1 with a stale sidecar, 1 without the sidecar that it should carry, 1 without/,
  );
});

test("explain tells of a namespace what becomes of its pods, by reason", async () => {
  await populate();
  const { out } = await run("explain", "ns/shop");
  assert.match(out, /^Namespace shop\n {2}a pod that says nothing itself is injected: namespace-enabled/);
  assert.match(
    out,
    /pods: 4\n {4}3 injected: namespace-enabled .*: 1 with an up-to-date[^\n]*\n {4}1 skipped: pod-opt-out/,
  );
  const { out: json } = await run("explain", "ns/shop", "-o", "json");
  const [data] = JSON.parse(json) as [{ namespace: string; reasons: { reason: string; pods: object }[] }];
  assert.equal(data.namespace, "shop");
  assert.deepEqual(data.reasons[0]?.pods, { current: 1, stale: 1, missing: 1 });
});

test("explain names what it cannot find", async () => {
  const none = await run("explain", "pod/web");
  assert.match(none.err, /OUTRIGGER_NOT_INSTALLED/);
  await populate();
  for (const target of ["pod/gone", "deploy/gone", "ns/gone"]) {
    const { code, err } = await run("explain", target, "-n", "shop");
    assert.equal(code, 1);
    assert.match(err, /gone[\s\S]*OUTRIGGER_OBJECT_NOT_FOUND/);
  }
});

test("restart --stale --dry-run tells which, and restarts none", async () => {
  await populate();
  const { code, out } = await run("restart", "--stale", "-A", "--dry-run");
  assert.equal(code, 0);
  assert.equal(
    out,
    `Deployment shop/web (one pod) to be restarted: made by version 0.0.9, the injector is ${version}\n`,
  );
  assert.ok(cluster.fake.requests.every(({ method, path }) => method !== "PATCH" || !path.includes("/shop/")));
  const own = await run("restart", "--stale");
  assert.equal(own.out, "every sidecar is up to date\n", "the context's namespace is default");
});

test("uninstall tells what it would remove, and does so with --yes", async () => {
  await populate();
  const told = await run("uninstall");
  assert.equal(told.code, 1);
  assert.match(told.out, /MutatingWebhookConfiguration outrigger-injector would be removed/);
  assert.match(told.out, /2 pods keep their sidecars[\s\S]*Deployment shop\/web \(2\)/);
  assert.match(told.out, /kubectl label namespace shop outrigger\.dev\/injection-/);
  assert.equal((await run("uninstall", "--dry-run")).code, 0);
  assert.notEqual(cluster.configuration, undefined);
  const done = await run("uninstall", "--yes");
  assert.equal(done.code, 0, done.err);
  assert.equal(cluster.configuration, undefined);
  assert.match((await run("uninstall", "--yes")).err, /there was nothing to remove/);
});

const usage: readonly (readonly [readonly string[], RegExp])[] = [
  [["restart"], /give --stale/],
  [["restart", "--stale", "-n", "a", "-A"], /either -n or -A/],
  [["install", "--timeout", "soon"], /--timeout soon is not a whole number of seconds/],
  [["install", "-o", "json"], /-o json is not yaml/],
  [["check", "-o", "wide"], /-o wide is not json/],
  [["explain", "pod/x", "--config", "config"], /--config has no meaning for what is in a cluster/],
  [["explain", "secret/x"], /no kind that has pods/],
  [["explain"], /give the manifests with -f FILE/],
];

for (const [args, message] of usage) {
  test(`outrigger ${args.join(" ")} is a usage error`, async () => {
    const { code, err } = await run(...args);
    assert.equal(code, 2);
    assert.match(err, message);
  });
}
