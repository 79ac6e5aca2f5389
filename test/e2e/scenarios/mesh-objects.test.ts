/**
 * The control plane's picture of the cluster, held against a real API server: MeshTLS objects that make no sense are
 * refused by its schema, and the model follows what is written, across a restart.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { systemClock } from "../../../src/clock.ts";
import { createClusterSource } from "../../../src/control-plane/kubernetes/cluster-source.ts";
import type { MeshModel } from "../../../src/control-plane/model/mesh-model.ts";
import { createMeshModel } from "../../../src/control-plane/model/mesh-model.ts";
import { connectToCluster } from "../../../src/kubernetes/client.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { currentCluster, restartApiServer } from "../cluster.ts";
import { kubectl, kubectlOk } from "../kubectl.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import type { ScenarioContext } from "../scenario.ts";
import { scenario } from "../scenario.ts";

const { kubeconfig, local } = currentCluster();
const crd = readFileSync(new URL("../../../manifests/crds/mesh-tls.yaml", import.meta.url), "utf8");
const meshTls = (name: string, namespace: string, spec: object): object => ({
  apiVersion: "outrigger.dev/v1alpha1",
  kind: "MeshTLS",
  metadata: { name, namespace },
  spec,
});

/** What is wrong, and what the API server must say of it. */
const senseless: readonly (readonly [object, RegExp])[] = [
  [{ mode: "STRICT" }, /supported values: "strict", "permissive", "disabled"/],
  [{}, /neither a mode nor ports are given/],
  [{ ports: [] }, /neither a mode nor ports are given/],
  [{ mode: "strict", ports: [{ port: 80, mode: "disabled" }] }, /no selector; add one/],
  [{ mode: "strict", selector: { matchLabels: {} } }, /at least 1 properties/],
  [{ mode: "strict", selector: { labels: { app: "web" } } }, /unknown field "spec.selector.labels"/],
  [{ selector: { matchLabels: { app: "web" } }, ports: [{ port: 0, mode: "strict" }] }, /greater than or equal to 1/],
];

async function installCrd({ cleanUp }: ScenarioContext): Promise<void> {
  cleanUp(() => kubectl(["delete", "crd", "meshtls.outrigger.dev", "--ignore-not-found"]));
  await kubectlOk(["apply", "-f", "-"], { input: crd });
  await kubectlOk(["wait", "--for=condition=Established", "crd/meshtls.outrigger.dev", "--timeout=30s"]);
}

scenario("MeshTLS: the API server takes what makes sense, and refuses the rest with a reason", async (context) => {
  await installCrd(context);
  const namespace = await context.namespaces.create();
  for (const [spec, reason] of senseless) {
    const refused = await kubectl(["create", "-f", "-"], { input: meshTls("bad", namespace, spec) });
    assert.notEqual(refused.code, 0, JSON.stringify(spec));
    assert.match(refused.stderr, reason);
  }
  const ports = [{ port: 9102, mode: "permissive" }];
  const good = meshTls("good", namespace, { selector: { matchLabels: { app: "web" } }, mode: "strict", ports });
  await kubectlOk(["create", "-f", "-"], { input: good });
});

scenario(
  "control plane: its picture of the mesh follows the API server, before MeshTLS exists and across a restart",
  async (context) => {
    const namespace = await context.namespaces.create();
    const mesh = await followCluster(context);
    const client = await kubernetesClient();
    const services = `/api/v1/namespaces/${namespace}/services`;
    const { spec } = await client.ok<{ readonly spec: { readonly clusterIP: string } }>("POST", services, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { ports: [{ name: "http", port: 80 }] },
    });
    const address = `${spec.clusterIP}:80`;
    const endpoints = (): readonly string[] => {
      const destination = mesh.destination(address);
      return destination.kind === "service" ? destination.endpoints.map(({ ip, port }) => `${ip}:${port}`) : [];
    };
    await eventually("the Service is known", () => mesh.destination(address).kind === "service");
    const slice = (ips: readonly string[]): object => ({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "web-1", namespace, labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      ports: [{ name: "http", port: 8080 }],
      endpoints: ips.map((ip) => ({ addresses: [ip] })),
    });
    await kubectlOk(["apply", "-f", "-"], { input: slice(["192.0.2.1"]) });
    await eventually("the endpoint is known", () => endpoints().join() === "192.0.2.1:8080");

    const pod = { name: "web-1", namespace };
    const containers = [{ name: "web", image: "web:1" }];
    await kubectlOk(["create", "-f", "-"], {
      input: { apiVersion: "v1", kind: "Pod", metadata: pod, spec: { containers } },
    });
    const mode = (): string | undefined => mesh.workload(`${namespace}/web-1`)?.inboundTls.mode;
    await eventually("the pod is known", () => mode() === "permissive");
    await installCrd(context);
    await kubectlOk(["create", "-f", "-"], { input: meshTls("default", namespace, { mode: "strict" }) });
    await eventually("the MeshTLS is known", () => mode() === "strict", 30_000);

    if (local !== undefined) await restartApiServer(local, 2);
    await kubectlOk(["apply", "-f", "-"], { input: slice(["192.0.2.1", "192.0.2.2"]) });
    await eventually("the change after the restart is known", () => endpoints().length === 2, 30_000);
    assert.equal(mode(), "strict");
    await kubectlOk(["-n", namespace, "delete", "service", "web"]);
    await eventually("the Service is gone", () => mesh.destination(address).kind === "unknown");
  },
  { timeoutMs: 240_000 },
);

async function followCluster({ cleanUp, showOnFailure }: ScenarioContext): Promise<MeshModel> {
  const api = await connectToCluster({ kubeconfig, environment: {} });
  const mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
  const { log, lines } = captureLogger();
  const source = createClusterSource({
    api,
    clock: systemClock,
    random: Math.random,
    log,
    take: (changes) => {
      mesh.apply(changes);
    },
  });
  cleanUp(() => {
    source.stop();
    api.close();
  });
  showOnFailure("log of the source", () => lines.map((line) => JSON.stringify(line)).join("\n"));
  source.start();
  await source.whenSynced();
  return mesh;
}
