/**
 * kubectl on an injected pod: without `-c` it means the application's container, wherever the proxy stands.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { eventually } from "../../eventually.ts";
import { currentCluster } from "../cluster.ts";
import { kubectlOk, kubectlPath } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext } from "../scenario.ts";
import { applicationDeployment, applicationPorts, applicationService, toolsPod } from "./application.ts";
import type { Echo } from "./application.ts";
import { installedOnNode } from "./installation.ts";
import { proxyTraffic } from "./proxy-traffic.ts";
import { nameOf, podOfDeployment, run, runningPod, showPodsOnFailure } from "./running-pods.ts";

installedOnNode();

/** `kubectl port-forward` to a port of a pod, until the scenario ends; resolves to the port here. */
async function forwardedPort(context: ScenarioContext, namespace: string, pod: string, port: number): Promise<number> {
  const args = ["--kubeconfig", currentCluster().kubeconfig, "-n", namespace, "port-forward", `pod/${pod}`, `:${port}`];
  const forwarding = spawn(kubectlPath(), args, { stdio: ["ignore", "pipe", "inherit"] });
  context.cleanUp(() => forwarding.kill());
  for await (const line of createInterface({ input: forwarding.stdout })) {
    const found = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (found !== undefined) return Number(found);
  }
  throw new Error("kubectl port-forward has ended");
}

for (const native of [true, false]) {
  scenario(
    `kubectl: logs, exec, cp and port-forward mean the application's container beside a ${native ? "native" : "classic"} proxy`,
    async (context) => {
      const namespace = await context.namespaces.create(injectionEnabled);
      showPodsOnFailure(context, namespace);
      const annotations = { "outrigger.dev/native-sidecar": `${native}` };
      await run(namespace, applicationDeployment("web", { annotations }), toolsPod("tools", { annotations }));
      const pod = nameOf(await podOfDeployment(namespace, "web"));
      const inNamespace = async (...args: readonly string[]): Promise<string> => kubectlOk(["-n", namespace, ...args]);

      assert.equal(await inNamespace("logs", pod), `${pod} listens\n`);
      assert.equal(await inNamespace("logs", "deployment/web"), `${pod} listens\n`);
      assert.match(await inNamespace("exec", pod, "--", "ls", "/app"), /^server\.ts$/m);

      const folder = await mkdtemp(join(tmpdir(), "outrigger-kubectl-"));
      context.cleanUp(async () => rm(folder, { recursive: true }));
      await writeFile(join(folder, "sent"), "carried over\n");
      await inNamespace("cp", join(folder, "sent"), "tools:/tmp/received");
      await inNamespace("cp", "tools:/tmp/received", join(folder, "returned"));
      assert.equal(await readFile(join(folder, "returned"), "utf8"), "carried over\n");

      const port = await forwardedPort(context, namespace, pod, applicationPorts.http);
      const answer = await fetch(`http://127.0.0.1:${port}/forwarded`);
      assert.equal(((await answer.json()) as Echo).pod, pod);
    },
  );
}

scenario("kubectl: debug adds an ephemeral container, whose traffic goes through the proxy too", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await run(namespace, applicationService("web"), applicationDeployment("web"), toolsPod("client"));
  const debug = ["debug", "client", "--image=outrigger.test/tools:1", "--container=look", "--target=tools"];
  const script = "ps | grep -c 'sleep 1000000'; timeout 10 wget -q -O - http://web/from-debugger";
  await kubectlOk(["-n", namespace, ...debug, "--", "sh", "-c", script]);
  let log = "";
  await eventually(
    "the ephemeral container has spoken",
    async () => {
      log = await kubectlOk(["-n", namespace, "logs", "client", "-c", "look"]).catch(() => "");
      return log.includes("/from-debugger");
    },
    60_000,
  );
  assert.match(log, /^[1-9]/, "it sees the processes of its target");
  assert.equal((await proxyTraffic(namespace, "client")).outbound.httpRequests, 1);
  const { containerStatuses } = (await runningPod(namespace, "client")).status;
  assert.deepEqual(
    containerStatuses.map(({ name, restartCount }) => [name, restartCount]),
    [["tools", 0]],
  );
});
