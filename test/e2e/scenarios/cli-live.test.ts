/**
 * `outrigger check`, `explain` and `restart` on a real API server, with the webhook behind it: what they say agrees with
 * what the webhook does.
 */
import assert from "node:assert/strict";
import { clusterCommand, runChecks } from "../cluster-command.ts";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { playKubelet } from "../played-kubelet.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { createPod, podsOfApp } from "../stored-pod.ts";
import { shippedMeshConfig } from "../install.ts";
import { deployment, job } from "../workloads.ts";

const injector = injectorOfFile();

scenario("cli check: what works is ok, what the cluster lacks is named", async ({ namespaces }) => {
  await namespaces.create(injectionEnabled);
  const checks = await runChecks();
  for (const name of [
    ...["api-server-answers", "kubernetes-version", "ca-bundle", "ca-lifetime", "webhook-answers"],
    ...["mesh-config", "mesh-config-in-force"],
  ]) {
    assert.equal(checks.get(name)?.status, "ok", `${name}: ${checks.get(name)?.message ?? "missing"}`);
  }
  assert.match(checks.get("webhook-answers")?.message ?? "", /came back with its sidecar/);
  // No node runs the Deployment's pods, and the tests' webhook has a port of its own.
  assert.equal(checks.get("replicas-ready")?.status, "error");
  const { status, details = [] } = checks.get("webhook-configuration") ?? {};
  assert.equal(status, "warning");
  assert.ok(
    details.every((line) => /clientConfig\.service\.port: 443 -> \d+$/.test(line)),
    details.join("\n"),
  );
});

scenario("cli check: finds pods without a sidecar, and labels that are misspelt", async ({ namespaces }) => {
  const shop = await namespaces.create();
  await createPod(shop, plainPod("early"));
  await kubectlOk(["label", "namespace", shop, "outrigger.dev/injection=enabled"]);
  const typo = await namespaces.create({ labels: { "outrigger.dev/injection": "enable" } });
  const near = await namespaces.create({ labels: { "outriger.dev/injection": "enabled" } });
  const checks = await runChecks();
  assert.deepEqual(
    checks.get("sidecars-missing")?.details.filter((line) => line.includes(shop)),
    [`Pod ${shop}/early (one pod): namespace-enabled`],
  );
  assert.ok(checks.get("namespace-labels")?.details.some((line) => line.startsWith(`${typo}: `)));
  assert.ok(checks.get("namespace-keys")?.details.some((line) => line.startsWith(`${near}: `)));
});

scenario("cli explain: agrees with the webhook on pods, workloads and namespaces", async ({ namespaces }) => {
  const shop = await namespaces.create();
  await createPod(shop, plainPod("early"));
  await kubectlOk(["label", "namespace", shop, "outrigger.dev/injection=enabled"]);
  await createPod(shop, plainPod("web", { annotations: { "outrigger.dev/access-log": "all" } }));
  await createPod(shop, plainPod("off", { labels: { "outrigger.dev/inject": "false" } }));
  await kubectlOk(["-n", shop, "create", "-f", "-"], { input: deployment("api") });
  await eventually("the Deployment has its pod", async () => (await podsOfApp(shop, "api")).length === 1, 30_000);

  const web = await clusterCommand("explain", "pod/web", "-n", shop);
  assert.equal(web.code, 0, web.stderr);
  assert.match(web.stdout, /injected: namespace-enabled[^\n]*\n {2}sidecar: there, up to date/);
  assert.match(web.stdout, /access-log +all +pod annotation outrigger\.dev\/access-log/);
  assert.match((await clusterCommand("explain", "pod/off", "-n", shop)).stdout, /skipped: pod-opt-out/);
  assert.match((await clusterCommand("explain", "pod/early", "-n", shop)).stdout, /sidecar: missing/);
  const api = await clusterCommand("explain", "deploy/api", "-n", shop);
  assert.match(api.stdout, /injected: namespace-enabled[^\n]*\n {2}pods: 1 with an up-to-date sidecar\n/);
  const all = await clusterCommand("explain", `ns/${shop}`);
  assert.match(all.stdout, /pods: 4\n {4}3 injected: namespace-enabled [^\n]*: /);
  assert.match(all.stdout, / 1 skipped: pod-opt-out /);
});

/** Another mesh config, in the ConfigMap and (as the kubelet would bring it) with the replicas. */
async function changeMeshConfig(text: string): Promise<void> {
  const patch = JSON.stringify({ data: { "config.yaml": text } });
  await kubectlOk(["-n", "outrigger-system", "patch", "configmap", "outrigger-config", "--type=merge", "-p", patch]);
  await injector().writeMeshConfig(text);
  const inForce = async (): Promise<boolean> => (await runChecks()).get("mesh-config-in-force")?.status === "ok";
  await eventually("both replicas use it", async () => (await inForce()) && (await inForce()), 60_000);
}

scenario(
  "cli restart: stale sidecars are renewed workload by workload, bare pods and Jobs are listed",
  async ({ namespaces, cleanUp, note }) => {
    const shop = await namespaces.create(injectionEnabled);
    const kubelet = playKubelet(shop);
    cleanUp(kubelet.stop);
    for (const object of [deployment("api"), deployment("web"), job("once")]) {
      await kubectlOk(["-n", shop, "create", "-f", "-"], { input: object });
    }
    await createPod(shop, plainPod("bare"));
    for (const name of ["api", "web"]) await kubectlOk(["-n", shop, "rollout", "status", `deployment/${name}`]);
    const early = await clusterCommand("restart", "--stale", "-n", shop);
    assert.equal(early.stdout, "every sidecar is up to date\n", early.stderr);

    const shipped = await shippedMeshConfig();
    cleanUp(async () => changeMeshConfig(shipped));
    await changeMeshConfig(`${shipped}\ntrustDomain: other.local\n`);
    assert.equal((await runChecks()).get("sidecars-stale")?.status, "warning");
    const stale = await clusterCommand("explain", "deploy/web", "-n", shop);
    assert.match(stale.stdout, /pods: 1 with a stale sidecar/);

    const start = performance.now();
    const { code, stdout, stderr } = await clusterCommand("restart", "--stale", "-n", shop, "--timeout", "60");
    assert.equal(code, 0, stderr);
    note(`two Deployments restarted in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    assert.match(stdout, new RegExp(`Pod ${shop}/bare \\(one pod\\) left alone: nothing makes it anew`));
    assert.match(stdout, new RegExp(`Job ${shop}/once \\(2 pods\\) left alone: a restart would run its work again`));
    const steps = stderr.split("\n").filter((line) => line.startsWith("Deployment"));
    assert.deepEqual(steps, [
      `Deployment ${shop}/api is restarting`,
      `Deployment ${shop}/api is up, with new sidecars`,
      `Deployment ${shop}/web is restarting`,
      `Deployment ${shop}/web is up, with new sidecars`,
    ]);
    const after = await clusterCommand("explain", "deploy/web", "-n", shop);
    assert.match(after.stdout, /pods: 1 with an up-to-date sidecar/);
  },
  { timeoutMs: 240_000 },
);

scenario("cli restart: a workload that does not come up stops it", async ({ namespaces, cleanUp }) => {
  const shop = await namespaces.create(injectionEnabled);
  const kubelet = playKubelet(shop);
  cleanUp(kubelet.stop);
  for (const name of ["api", "web"]) {
    await kubectlOk(["-n", shop, "create", "-f", "-"], { input: deployment(name) });
    await kubectlOk(["-n", shop, "rollout", "status", `deployment/${name}`]);
  }
  const shipped = await shippedMeshConfig();
  cleanUp(async () => changeMeshConfig(shipped));
  await changeMeshConfig(`${shipped}\ntrustDomain: third.local\n`);
  await kubelet.stop();
  const { code, stderr } = await clusterCommand("restart", "--stale", "-n", shop, "--timeout", "3");
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`OUTRIGGER_ROLLOUT_FAILED`));
  assert.match(stderr, new RegExp(`Deployment ${shop}/api: not done after 3 s`));
  assert.doesNotMatch(stderr, /web is restarting/);
});
