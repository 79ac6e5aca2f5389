/**
 * The played cluster's objects, written through the API server: made in bulk before it is measured, and one by one while it
 * is.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { createTurnstile } from "../../../src/control-plane/identity/turnstile.ts";
import { tokenAudience, trustConfigMap } from "../../../src/injection/identity-volume.ts";
import type { KubernetesApi } from "../../../src/kubernetes/api.ts";
import { isNotFound } from "../../../src/kubernetes/api.ts";
import type { PodPlan, ServicePlan } from "./shop.ts";
import {
  meshTlsObject,
  namespaceObject,
  namespaceOfService,
  newcomers,
  planPod,
  planService,
  podObject,
  podStatus,
  serviceAccountObject,
  serviceObject,
  servicePort,
  servicesPerNamespace,
  sliceName,
  sliceObject,
  systemNamespace,
} from "./shop.ts";

/** A pod with the token that the kubelet would have projected into it. */
export interface PodWithToken extends PodPlan {
  readonly token: string;
}

/** A Service with the address that it was given, as `<ip>:<port>`. */
export interface LiveService extends ServicePlan {
  readonly address: string;
}

/** Requests under way at the same time. */
const concurrency = 24;
const tokenSeconds = 7_200;
const crd = new URL("../../../manifests/crds/mesh-tls.yaml", import.meta.url);
const meshTlsPath = `/apis/outrigger.dev/v1alpha1/namespaces/${systemNamespace}/meshtls`;

const core = (namespace: string): string => `/api/v1/namespaces/${namespace}`;
const slices = (namespace: string): string => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;

async function inParallel<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<readonly R[]> {
  const turnstile = createTurnstile(concurrency);
  return await Promise.all(items.map((item) => turnstile(() => run(item))));
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, place) => from + place);
}

export class ShopCluster {
  readonly #api: KubernetesApi;
  readonly services: LiveService[] = [];

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  /** Namespaces without Services, and the CRD. */
  async prepare(): Promise<void> {
    const definition: unknown = parse(await readFile(crd, "utf8"));
    await this.#create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
    for (const name of [systemNamespace, newcomers]) await this.#create("/api/v1/namespaces", namespaceObject(name));
    await onceThere(() => this.#create(meshTlsPath, meshTlsObject("permissive")));
  }

  /** Goes on until there are so many Services; they are in {@link services} then. */
  async growTo(count: number): Promise<void> {
    const indexes = numbers(this.services.length, count);
    const namespaces = indexes.filter((index) => index % servicesPerNamespace === 0).map(namespaceOfService);
    await inParallel(namespaces, (name) => this.#create("/api/v1/namespaces", namespaceObject(name)));
    this.services.push(...(await inParallel(indexes, (index) => this.createService(planService(index)))));
  }

  async createPods(count: number): Promise<readonly PodWithToken[]> {
    const pods = numbers(0, count).map(planPod);
    const accounts = new Map(pods.map((pod) => [`${pod.namespace}/${pod.serviceAccount}`, pod]));
    await inParallel([...accounts.values()], ({ namespace, serviceAccount }) =>
      this.#create(`${core(namespace)}/serviceaccounts`, serviceAccountObject(serviceAccount)),
    );
    return await inParallel(pods, (pod) => this.#createPod(pod));
  }

  /**
   * The Service first, as people do.
   *
   * @param named is called while the endpoints are being written: from now on clients can call it
   */
  async createService(
    plan: ServicePlan,
    named: (address: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<LiveService> {
    const path = `${core(plan.namespace)}/services`;
    const { spec } = await this.#create<{ readonly spec: { readonly clusterIP: string } }>(path, serviceObject(plan));
    const address = `${spec.clusterIP}:${servicePort}`;
    await Promise.all([named(address), this.#create(slices(plan.namespace), sliceObject(plan, true))]);
    return { ...plan, address };
  }

  async deleteService(plan: ServicePlan): Promise<void> {
    const { namespace, name } = plan;
    await this.#api.request({ method: "DELETE", path: `${core(namespace)}/services/${name}` });
    // The garbage collector knows nothing of it, as nobody owns it.
    await this.#api.request({ method: "DELETE", path: `${slices(namespace)}/${sliceName(plan)}` }).catch(unlessGone);
  }

  /** Its last endpoint becomes ready, or ceases to be. */
  async setReady(service: ServicePlan, ready: boolean): Promise<void> {
    const path = `${slices(service.namespace)}/${sliceName(service)}`;
    await this.#api.request({ method: "PUT", path, body: sliceObject(service, ready) });
  }

  /** The whole mesh's mode. */
  async setMode(mode: "permissive" | "disabled"): Promise<void> {
    await this.#api.request({
      method: "PATCH",
      path: `${meshTlsPath}/bench`,
      contentType: "application/merge-patch+json",
      body: { spec: { mode } },
    });
  }

  /** PEM of the mesh's roots, from where every pod has them; waits until the control plane has written them. */
  async roots(): Promise<string> {
    const path = `${core(newcomers)}/configmaps/${trustConfigMap}`;
    const { data } = await onceThere(() => this.#api.request<TrustConfigMap>({ method: "GET", path }));
    const { resources } = parse(data["root.yaml"]) as TrustFile;
    return resources[0].validation_context.trusted_ca.inline_string;
  }

  async #createPod(pod: PodPlan): Promise<PodWithToken> {
    const { namespace, name, serviceAccount } = pod;
    const path = `${core(namespace)}/pods`;
    const { metadata } = await this.#create<{ readonly metadata: { readonly uid: string } }>(path, podObject(pod));
    await this.#api.request({
      method: "PATCH",
      path: `${path}/${name}/status`,
      contentType: "application/merge-patch+json",
      body: podStatus(pod),
    });
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name, uid: metadata.uid };
    const spec = { audiences: [tokenAudience], expirationSeconds: tokenSeconds, boundObjectRef };
    const { status } = await this.#create<{ readonly status: { readonly token: string } }>(
      `${core(namespace)}/serviceaccounts/${serviceAccount}/token`,
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec },
    );
    return { ...pod, token: status.token };
  }

  async #create<T>(path: string, body: unknown): Promise<T> {
    return await this.#api.request<T>({ method: "POST", path, body, timeoutMs: 30_000 });
  }
}

interface TrustConfigMap {
  readonly data: { readonly "root.yaml": string };
}

interface TrustFile {
  readonly resources: readonly [
    { readonly validation_context: { readonly trusted_ca: { readonly inline_string: string } } },
  ];
}

/** A new kind of object is served a moment after its definition was taken; a controller writes when it gets to it. */
async function onceThere<T>(request: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!isNotFound(error) || performance.now() > deadline) throw error;
    }
    await sleep(100);
  }
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
