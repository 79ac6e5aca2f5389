/**
 * Warnings as kubectl shows them to whoever creates the pod: it is allowed, and will not do what its author expects.
 */
import assert from "node:assert/strict";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectl } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { PodOptions } from "../pods.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";

injectorOfFile({ replicas: 1 });

function container(more: object): PodOptions {
  return { spec: { containers: [{ name: "app", image: "registry.example/app:1.0", ...more }] } };
}

const cases: readonly (readonly [string, PodOptions, string])[] = [
  [
    "a mistyped annotation, with the one that was meant",
    { annotations: { "outrigger.dev/proxy-cpu-limt": "100m" } },
    "annotation outrigger.dev/proxy-cpu-limt is unknown and has no effect; did you mean outrigger.dev/proxy-cpu-limit?",
  ],
  [
    "an application that runs as the proxy's user",
    container({ securityContext: { runAsUser: 1337 } }),
    "container app runs as user 1337, which is the proxy's: its outbound traffic is not captured",
  ],
  [
    "an application that listens on a reserved port",
    container({ ports: [{ containerPort: 15001 }] }),
    "container app declares port 15001, which the proxy listens on",
  ],
  [
    "a probe of a port that the container does not declare",
    container({ readinessProbe: { httpGet: { path: "/", port: "web" } } }),
    'readinessProbe of container app names port "web", which the container does not declare; it is left as it is',
  ],
  [
    "another mesh's sidecar",
    { spec: { initContainers: [{ name: "istio-proxy", image: "registry.example/proxy:1" }] } },
    "the pod already carries istio-proxy, so it gets no second sidecar",
  ],
];

for (const [name, options, expected] of cases) {
  scenario(`warnings: ${name}`, async ({ namespaces }) => {
    const namespace = await namespaces.create(injectionEnabled);
    const created = await kubectl(["-n", namespace, "create", "-f", "-"], { input: plainPod("web", options) });
    assert.equal(created.stdout, "pod/web created\n");
    assert.equal(created.stderr, `Warning: ${expected}\n`);
  });
}
