/**
 * Namespaces that enforce Pod Security: the proxy itself runs in every one of them, redirecting traffic takes an init
 * container that only `privileged` lets in, and who is refused reads which container and why.
 */
import assert from "node:assert/strict";
import { kubectlOk } from "../kubectl.ts";
import type { TestNamespaces } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { containerNames, hasSidecar } from "../stored-pod.ts";
import { applicationDeployment, applicationService } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { failedCreation } from "./failed-creations.ts";
import { installedOnNode } from "./installation.ts";
import { proxyStatistics } from "./proxy-traffic.ts";
import { nameOf, podOfDeployment, run, showPodsOnFailure } from "./running-pods.ts";
import { expectTraffic, oneRequestIn, oneRequestOut } from "./watched-traffic.ts";

installedOnNode();

async function enforcing(namespaces: TestNamespaces, level: string): Promise<string> {
  const enforce = "pod-security.kubernetes.io/enforce";
  return namespaces.create({ labels: { "outrigger.dev/injection": "enabled", [enforce]: level } });
}

/** An application that passes `restricted`. */
function restrictedDeployment(annotations: Readonly<Record<string, string>>): object {
  const container = { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } };
  const spec = { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } };
  return applicationDeployment("web", { annotations, container, spec });
}

for (const level of ["restricted", "baseline"]) {
  scenario(`Pod Security: in a ${level} namespace a sidecar with interception-mode none runs`, async (context) => {
    const namespace = await enforcing(context.namespaces, level);
    showPodsOnFailure(context, namespace);
    const deployment = restrictedDeployment({ "outrigger.dev/interception-mode": "none" });
    await run(namespace, applicationService("web"), deployment);
    const pod = await podOfDeployment(namespace, "web");
    assert.ok(hasSidecar(pod));
    assert.deepEqual(containerNames(pod), { init: ["outrigger-proxy"], app: ["app"] });
    assert.match(await proxyStatistics(namespace, nameOf(pod)), /^envoy_server_concurrency\{\} 2$/m);
  });

  scenario(`Pod Security: a ${level} namespace refuses redirection, naming the init container`, async (context) => {
    const namespace = await enforcing(context.namespaces, level);
    await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input: restrictedDeployment({}) });
    const refusal = await failedCreation(namespace);
    assert.match(refusal, new RegExp(`violates PodSecurity "${level}:latest"`));
    assert.match(refusal, /container "outrigger-init" must not include "NET_ADMIN", "NET_RAW"/);
    assert.doesNotMatch(refusal, /outrigger-proxy|"app"/);
  });
}

scenario("Pod Security: in a privileged namespace traffic is redirected", async (context) => {
  const namespace = await enforcing(context.namespaces, "privileged");
  showPodsOnFailure(context, namespace);
  await run(namespace, applicationService("web"), restrictedDeployment({}));
  const name = nameOf(await podOfDeployment(namespace, "web"));
  const outAndIn = { outbound: oneRequestOut.outbound, inbound: oneRequestIn.inbound };
  await expectTraffic(namespace, { [name]: outAndIn }, async () => fetchIn(namespace, name, "http://web/"));
});
