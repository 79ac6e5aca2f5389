/**
 * Whether the webhook really works: a pod is created through the API server, as a dry run that leaves nothing behind,
 * and must come back with a sidecar. Nothing else shows address, network, certificate, rules and configuration at once,
 * and the sidecar also tells which version and which mesh config are in force.
 */
import { injectPod } from "../injection/inject.ts";
import { domain, injectKey, injectionLabel, keyOf } from "../injection/keys.ts";
import type { InjectionContext, NamespaceView } from "../injection/outcome.ts";
import { readPod } from "../injection/read-pod.ts";
import { readStatus } from "../injection/status.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { ApiError } from "../kubernetes/api.ts";

export type ProbeResult =
  | { readonly state: "injected"; readonly version: string; readonly configHash: string }
  /** The pod came back as it was: the API server did not ask, or went on without an answer. */
  | { readonly state: "untouched" }
  /** The webhook answered, and refused the pod: it works. */
  | { readonly state: "denied"; readonly message: string }
  /** The API server got no answer from the webhook. */
  | { readonly state: "unanswered"; readonly message: string }
  /** Something else refused the pod, which says nothing about the webhook. */
  | { readonly state: "inconclusive"; readonly message: string };

export interface Probe {
  readonly namespace: string;
  readonly result: ProbeResult;
}

/** Above the webhook's own timeout of 5 s, which the API server waits out. */
const timeoutMs = 12_000;

/** Passes Pod Security "restricted" with its sidecar, and quotas that ask for requests and limits. */
const probePod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    generateName: "outrigger-check-",
    labels: { [injectKey]: "true" },
    // Capture would need NET_ADMIN, which not every namespace allows; what it captures is not the question here.
    annotations: { [keyOf("interception-mode")]: "none" },
  },
  spec: {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "check",
        image: "registry.k8s.io/pause:3.10",
        resources: { requests: { cpu: "1m", memory: "1Mi" }, limits: { cpu: "1m", memory: "1Mi" } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  },
};

function readAnswer(answer: unknown): ProbeResult {
  const pod = readPod(answer);
  const status = pod.ok ? readStatus(pod.value) : undefined;
  if (status === undefined) return { state: "untouched" };
  return { state: "injected", version: status.version, configHash: status.config };
}

/** Tells by the API server's own sentences. Source: k8s.io/apiserver/pkg/admission/plugin/webhook/errors. */
export function readRefusal({ message }: ApiError): ProbeResult {
  const ours = message.includes(domain);
  if (ours && /failed calling webhook/.test(message)) return { state: "unanswered", message };
  if (ours && /admission webhook "[^"]+" denied the request/.test(message)) return { state: "denied", message };
  return { state: "inconclusive", message };
}

/** Probes with a pod in one namespace. Throws only where the API server cannot be reached. */
export async function probeWebhook(api: KubernetesApi, namespace: string): Promise<ProbeResult> {
  try {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    return readAnswer(await api.request({ method: "POST", path, query: { dryRun: "All" }, body: probePod, timeoutMs }));
  } catch (error) {
    if (error instanceof ApiError) return readRefusal(error);
    throw error;
  }
}

/** More namespaces that refuse the pod for reasons of their own than these are not tried. */
const mostNamespaces = 4;

/**
 * Where to probe: enabled namespaces first, since theirs is the entry that matters; then `default`, by the pod's label.
 *
 * @param context where it is known, namespaces whose pods it does not inject are left out
 */
export function probeNamespaces(namespaces: readonly NamespaceView[], context?: InjectionContext): readonly string[] {
  const suitable = namespaces.filter(
    (namespace) => context === undefined || injectPod(probePod, namespace, context).result === "injected",
  );
  const enabled = suitable.filter(({ labels }) => labels[injectionLabel] === "enabled").map(({ name }) => name);
  const fallback = suitable.filter(({ name, labels }) => name === "default" && labels[injectionLabel] === undefined);
  return [...enabled.slice(0, mostNamespaces), ...fallback.map(({ name }) => name)];
}

/** The first namespace's probe that says something; undefined where there is no namespace to probe in. */
export async function probeAny(api: KubernetesApi, namespaces: readonly string[]): Promise<Probe | undefined> {
  let last: Probe | undefined;
  for (const namespace of namespaces) {
    last = { namespace, result: await probeWebhook(api, namespace) };
    if (last.result.state !== "inconclusive") return last;
  }
  return last;
}
