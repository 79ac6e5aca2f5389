/**
 * Pod Security, enforced: the sidecar passes every level, the init container that redirects traffic only `privileged`.
 */
import assert from "node:assert/strict";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectl } from "../kubectl.ts";
import type { TestNamespaces } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";

injectorOfFile({ replicas: 1 });

/** An application that passes `restricted`. */
const restricted = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containers: [
    {
      name: "app",
      image: "registry.example/app:1.0",
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    },
  ],
};

async function createIn(
  namespaces: TestNamespaces,
  level: string,
  annotations: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly stderr: string }> {
  const enforce = "pod-security.kubernetes.io/enforce";
  const namespace = await namespaces.create({ labels: { "outrigger.dev/injection": "enabled", [enforce]: level } });
  const input = plainPod("web", { annotations, spec: restricted });
  const { code, stderr } = await kubectl(["-n", namespace, "create", "-f", "-"], { input });
  return { code, stderr };
}

const withoutInit = { "outrigger.dev/interception-mode": "none" };

for (const level of ["restricted", "baseline", "privileged"]) {
  scenario(`Pod Security: ${level} lets a sidecar without an init container in`, async ({ namespaces }) => {
    assert.deepEqual(await createIn(namespaces, level, withoutInit), { code: 0, stderr: "" });
  });
}

scenario("Pod Security: privileged lets traffic capture in", async ({ namespaces }) => {
  assert.deepEqual(await createIn(namespaces, "privileged", {}), { code: 0, stderr: "" });
});

const refusals = {
  restricted:
    'unrestricted capabilities (container "outrigger-init" must not include "NET_ADMIN", "NET_RAW" in ' +
    'securityContext.capabilities.add), runAsNonRoot != true (container "outrigger-init" must not set ' +
    'securityContext.runAsNonRoot=false), runAsUser=0 (container "outrigger-init" must not set runAsUser=0)',
  baseline:
    'non-default capabilities (container "outrigger-init" must not include "NET_ADMIN", "NET_RAW" in ' +
    "securityContext.capabilities.add)",
};
for (const [level, violations] of Object.entries(refusals)) {
  scenario(`Pod Security: ${level} refuses traffic capture, and names only the init container`, async (context) => {
    const { code, stderr } = await createIn(context.namespaces, level, {});
    assert.equal(code, 1);
    assert.ok(stderr.endsWith(`violates PodSecurity "${level}:latest": ${violations}\n`), stderr);
  });
}
