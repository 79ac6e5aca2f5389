/**
 * A cluster as the command line meets it, over the fake API server: workloads come up at once, whoever asks has every
 * right, and where a webhook configuration stands with a CA, pods that are tried go through the injector's own function.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueAuthority } from "../../src/certificates/issue.ts";
import { injectPod } from "../../src/injection/inject.ts";
import { liveContext, readMeshConfig } from "../../src/diagnosis/live-context.ts";
import type { InjectionContext } from "../../src/injection/outcome.ts";
import type { KubernetesObject } from "../../src/kubernetes/api.ts";
import { namespaceView } from "../../src/kubernetes/namespaces.ts";
import type { WorkloadObject } from "../../src/workloads/rollout-progress.ts";
import { version } from "../../src/version.ts";
import type { ReceivedRequest } from "./server.ts";
import { FakeKubernetes } from "./server.ts";
import { FakeStatus } from "./store.ts";

export const namespacesPath = "/api/v1/namespaces";
export const configurationsPath = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
export const deploymentsPath = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;
export const podsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
export const configMapsPath = "/api/v1/namespaces/outrigger-system/configmaps";

interface WebhookConfiguration extends KubernetesObject {
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

export class SmallCluster {
  readonly fake = new FakeKubernetes();
  /** Rights that nobody has: `create deployments`. */
  readonly denied = new Set<string>();
  /** Whether Deployments come up. */
  comesUp = true;
  /** Whether the injector writes its CA into the configuration. */
  publishes = true;
  /** What the API server answers where it calls the webhook in vain. */
  unanswered = false;
  /** Of the injector that runs. */
  injectorVersion = version;
  /** PEM that the injector publishes. */
  authority = "";
  #directory = "";

  /** Path of a kubeconfig that leads here. */
  get kubeconfig(): string {
    return join(this.#directory, "kubeconfig");
  }

  async start(): Promise<void> {
    await this.fake.start();
    this.authority = (await issueAuthority(1, Date.now(), 365 * 86_400_000)).certificate;
    this.fake.answer = (request, body) => this.#answer(request, body);
    this.fake.store.onEvent(({ collection, object, type }) => {
      if (type !== "DELETED") this.#control(collection, object);
    });
    this.addNamespace("default");
    this.addNamespace("kube-system");
    this.#directory = await mkdtemp(join(tmpdir(), "outrigger-cli-"));
    await writeFile(this.kubeconfig, JSON.stringify(kubeconfigOf(this.fake.url)));
  }

  async stop(): Promise<void> {
    await this.fake.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  addNamespace(name: string, labels: Readonly<Record<string, string>> = {}): void {
    this.fake.store.create(namespacesPath, { metadata: { name, labels } });
  }

  /** The pod as the injector would let it through, stored. */
  addInjectedPod(namespace: string, pod: KubernetesObject, changes: Partial<InjectionContext> = {}): void {
    this.addPod(namespace, this.#inject(namespace, pod, changes));
  }

  addPod(namespace: string, pod: KubernetesObject): void {
    const metadata = { ...pod.metadata, namespace };
    this.fake.store.create(podsPath(namespace), { ...pod, metadata, status: { phase: "Running" } } as KubernetesObject);
  }

  get configuration(): WebhookConfiguration | undefined {
    return this.fake.store.find(configurationsPath, "outrigger-injector");
  }

  #answer({ method, path, query }: ReceivedRequest, body: unknown): unknown {
    if (path === "/apis/admissionregistration.k8s.io/v1") {
      return { resources: [{ name: "mutatingwebhookconfigurations" }, { name: "validatingadmissionpolicies" }] };
    }
    if (path.endsWith("/selfsubjectaccessreviews")) return { status: { allowed: this.#isAllowed(body) } };
    const namespace = /^\/api\/v1\/namespaces\/([^/]+)\/pods$/.exec(path)?.[1];
    if (method === "POST" && namespace !== undefined && query["dryRun"] === "All") {
      return this.#admit(namespace, body as KubernetesObject);
    }
    return undefined;
  }

  #isAllowed(review: unknown): boolean {
    const { spec } = review as { spec: { resourceAttributes: { verb: string; resource: string } } };
    return !this.denied.has(`${spec.resourceAttributes.verb} ${spec.resourceAttributes.resource}`);
  }

  #admit(namespace: string, pod: KubernetesObject): KubernetesObject {
    const trusted = (this.configuration?.webhooks ?? []).some(({ clientConfig }) => clientConfig.caBundle);
    if (!trusted) return pod;
    if (this.unanswered) {
      const message = 'failed calling webhook "namespace.injection.outrigger.dev": context deadline exceeded';
      throw new FakeStatus(500, "InternalError", `Internal error occurred: ${message}`);
    }
    return this.#inject(namespace, pod, {});
  }

  #inject(namespace: string, pod: KubernetesObject, changes: Partial<InjectionContext>): KubernetesObject {
    const view = namespaceView(this.fake.store.get(namespacesPath, namespace));
    const outcome = injectPod(pod, view, { ...this.#context(), ...changes });
    return outcome.result === "injected" ? outcome.pod : pod;
  }

  #context(): InjectionContext {
    const config = readMeshConfig(this.fake.store.get(configMapsPath, "outrigger-config"));
    if (!config.ok) throw new Error("the mesh config of the test is not valid");
    const server = { major: 1, minor: 34 };
    return liveContext({ config: config.value, server, injectors: [], version: this.injectorVersion });
  }

  /** What controllers and the injector make of an object that has changed. */
  #control(collection: string, object: KubernetesObject): void {
    const { store } = this.fake;
    const name = object.metadata?.name ?? "";
    if (collection.endsWith("/deployments") && this.comesUp) {
      const status = readyStatus(object);
      store.update(collection, name, { ...object, status } as KubernetesObject);
    }
    if (collection.endsWith("webhookconfigurations") && this.publishes) {
      const caBundle = Buffer.from(this.authority).toString("base64");
      const { webhooks = [] } = object as WebhookConfiguration;
      const trusting = webhooks.map((entry) => ({ ...entry, clientConfig: { ...entry.clientConfig, caBundle } }));
      store.update(collection, name, { ...object, webhooks: trusting } as KubernetesObject);
    }
  }
}

function readyStatus({ spec }: WorkloadObject): WorkloadObject["status"] {
  const replicas = spec?.replicas ?? 1;
  return { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
}

function kubeconfigOf(server: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "fake", user: {} }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
    "current-context": "fake",
  };
}
