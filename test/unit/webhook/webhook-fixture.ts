/**
 * A webhook for tests: a small injector that does what a pod's name says, and everything that the webhook tells caught.
 */
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { Registry } from "prom-client";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import type { MeshConfig } from "../../../src/config/schema.ts";
import { createPatch } from "../../../src/injection/json-patch.ts";
import type { Inject, InjectionContext, InjectionOutcome } from "../../../src/injection/outcome.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import type { Metrics } from "../../../src/observability/metrics.ts";
import { createMetrics } from "../../../src/observability/metrics.ts";
import type { AdmissionEvent } from "../../../src/webhook/admission-event.ts";
import type { WebhookDependencies } from "../../../src/webhook/build-webhook.ts";
import { buildWebhook } from "../../../src/webhook/build-webhook.ts";
import type { CapturedLine } from "../../captured-logger.ts";
import { captureLogger } from "../../captured-logger.ts";

/** Outcomes by pod name; `broken` throws, any other name is injected. */
const outcomes: Readonly<Record<string, InjectionOutcome>> = {
  skipped: { result: "skipped", reason: "host-network", warnings: [] },
  unasked: { result: "skipped", reason: "namespace-not-enabled", warnings: [] },
  warned: { result: "skipped", reason: "other-mesh", warnings: ["the pod already carries istio-proxy"] },
  rejected: {
    result: "rejected",
    reason: "invalid-setting",
    problems: [
      {
        path: 'metadata.annotations["outrigger.dev/proxy-cpu-limit"]',
        message: '"lots" is no quantity',
        hint: "use one like 500m",
      },
      {
        path: 'metadata.labels["outrigger.dev/inject"]',
        message: '"yes" is not allowed',
        hint: 'use "true" or "false"',
      },
    ],
    warnings: [],
  },
};

export const fakeInject: Inject = (value) => {
  const pod = value as Pod;
  const name = pod.metadata?.name ?? "";
  if (name === "broken") throw new Error("a bug in the injector");
  const outcome = outcomes[name];
  if (outcome !== undefined) return outcome;
  const labels = { ...pod.metadata?.labels, "outrigger.dev/injected": "true" };
  const injected: Pod = { ...pod, metadata: { ...pod.metadata, labels } };
  return {
    result: "injected",
    reason: "namespace-enabled",
    pod: injected,
    warnings: [],
  } as unknown as InjectionOutcome;
};

export function contextWith(config: Partial<MeshConfig> = {}): InjectionContext {
  return {
    config: { ...defaultMeshConfig, ...config },
    configHash: "c0ffee",
    version: "0.0.0",
    meshNamespace: "outrigger-system",
    nativeSidecars: true,
    ipFamilies: ["IPv4"],
    drainKey: "key",
  };
}

/** What a webhook depends on, and what it tells. */
export interface WebhookFixture {
  readonly dependencies: WebhookDependencies;
  readonly registry: Registry;
  readonly metrics: Metrics;
  readonly lines: readonly CapturedLine[];
  readonly events: readonly AdmissionEvent[];
}

/** What a webhook depends on, all of it inspectable. */
export function webhookDependencies(overrides: Partial<WebhookDependencies> = {}): WebhookFixture {
  const registry = new Registry();
  const metrics = createMetrics(registry, "0.0.0");
  const { log, lines } = captureLogger();
  const events: AdmissionEvent[] = [];
  const dependencies: WebhookDependencies = {
    inject: fakeInject,
    createPatch,
    namespace: (name) => ({ name, labels: {}, annotations: {} }),
    context: () => contextWith(),
    log,
    metrics: metrics.admission,
    operationMetrics: metrics.operation,
    adviceMetrics: metrics.advice,
    events: { record: (event) => events.push(event) },
    ...overrides,
  };
  return { dependencies, registry, metrics, lines, events };
}

/** The same, built. */
export function testWebhook(
  overrides: Partial<WebhookDependencies> = {},
): WebhookFixture & { readonly app: FastifyInstance } {
  const fixture = webhookDependencies(overrides);
  return { ...fixture, app: buildWebhook(fixture.dependencies) };
}

/** The pod of a ReplicaSet, by its name. */
export function podNamed(name: string): unknown {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d9c", uid: "owner-uid", controller: true };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", ownerReferences: [owner] },
    spec: { containers: [{ name: "app", image: "app:1" }] },
  };
}

/** The review of a pod's creation, with changes to its request. */
export function reviewOf(object: unknown, request: object = {}): object {
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "uid-1",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      namespace: "shop",
      operation: "CREATE",
      object,
      ...request,
    },
  };
}

/** The part of an AdmissionReview's response that tests look at. */
export interface ReviewResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch?: string;
  readonly patchType?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly status?: {
    readonly code: number;
    readonly reason: string;
    readonly message: string;
    readonly details?: { readonly causes: readonly { readonly field: string; readonly message: string }[] };
  };
}

/** The response inside an AdmissionReview. */
export function responseIn(body: string): ReviewResponse {
  return (JSON.parse(body) as { response: ReviewResponse }).response;
}

/** Posts a review, or a body as it is. */
export async function post(
  app: FastifyInstance,
  body: object | string,
  path = "/mutate/namespace",
): Promise<LightMyRequestResponse> {
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  return app.inject({ method: "POST", url: path, headers: { "content-type": "application/json" }, payload });
}
