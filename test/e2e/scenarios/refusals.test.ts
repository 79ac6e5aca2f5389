/**
 * What somebody reads who made a mistake: kubectl's own output, word for word.
 */
import assert from "node:assert/strict";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { shippedMeshConfig } from "../install.ts";
import { kubectl, kubectlJson } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { containerNames } from "../stored-pod.ts";

const injector = injectorOfFile({ replicas: 1 });

const wrongMode =
  'metadata.annotations["outrigger.dev/interception-mode"]: "iptables" is not one of the allowed values; ' +
  "write one of: redirect, tproxy, none";

scenario("refusals: kubectl says which annotation, which value, and what is allowed", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const input = plainPod("web", { annotations: { "outrigger.dev/interception-mode": "iptables" } });
  const { stderr, stdout, code } = await kubectl(["-n", namespace, "create", "-f", "-"], { input });
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.equal(stderr, `The Pod "web" is invalid: ${wrongMode}\n`);
});

scenario("refusals: several mistakes are told at once", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const annotations = {
    "outrigger.dev/include-outbound-ports": "abc",
    "outrigger.dev/proxy-cpu-request": "2",
    "outrigger.dev/proxy-cpu-limit": "1",
    "outrigger.dev/proxy-log-level": "info\n      - name: smuggled",
  };
  const input = plainPod("web", { annotations });
  const { stderr, code } = await kubectl(["-n", namespace, "create", "-f", "-"], { input });
  assert.equal(code, 1);
  const at = (name: string): string => `* metadata.annotations["outrigger.dev/${name}"]:`;
  assert.deepEqual(stderr.trimEnd().split("\n"), [
    'The Pod "web" is invalid: ',
    `${at("include-outbound-ports")} "abc" is not a port or a range of ports; write ports from 1 to 65535, separated by commas, e.g. 80,8000-8099`,
    `${at("proxy-log-level")} "info\\n      - name: smuggled" is not a log level; write one of trace, debug, info, warning, warn, error, critical, off, then components if any, e.g. warning,upstream:debug`,
    `${at("proxy-cpu-limit")} the cpu request 2 (pod annotation outrigger.dev/proxy-cpu-request) is above the limit 1 (pod annotation outrigger.dev/proxy-cpu-limit); raise outrigger.dev/proxy-cpu-limit or lower outrigger.dev/proxy-cpu-request`,
  ]);
});

scenario("refusals: with userErrors: warn the pod is created with the default and a warning", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  const shipped = await shippedMeshConfig();
  context.cleanUp(async () => injector().writeMeshConfig(shipped));
  await injector().writeMeshConfig(shipped.replace("userErrors: deny", "userErrors: warn"));
  const input = plainPod("web", { annotations: { "outrigger.dev/interception-mode": "iptables" } });
  await eventually("every replica has the new config", () =>
    injector()
      .replicas()
      .every((replica) => replica.log().includes("mesh config reloaded")),
  );
  const { stdout, stderr, code } = await kubectl(["-n", namespace, "create", "-f", "-"], { input });
  assert.equal(stderr, `Warning: ${wrongMode}\n`);
  assert.equal(stdout, "pod/web created\n");
  assert.equal(code, 0);
  const pod = await kubectlJson<Pod>(["-n", namespace, "get", "pod", "web"]);
  assert.deepEqual(containerNames(pod).init, ["outrigger-proxy", "outrigger-init"], "redirect, the default");
});
