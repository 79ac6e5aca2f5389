/**
 * The requests: AdmissionReviews as the API server sends them when a Deployment's ReplicaSet creates a pod.
 */
import { deploymentPod } from "./deployment-pod.ts";

export const enabledNamespace = "shop";

export interface ReviewCase {
  readonly name: "injected" | "skipped";
  /** The AdmissionReview, JSON. */
  readonly body: string;
  /** A quick look at an answer, cheap enough for each of them. */
  readonly expected: (answer: string) => boolean;
}

/** The pod's own word, in both meshes' labels: one and the same request goes to every server. */
const optOut = { "outrigger.dev/inject": "false", "sidecar.istio.io/inject": "false" };

const allowed = (answer: string): boolean => answer.includes('"allowed":true');
const patched = (answer: string): boolean => answer.includes('"patch":"');

/** A pod that gets a sidecar. */
export const injectedReview: ReviewCase = {
  name: "injected",
  body: JSON.stringify(createReview({})),
  expected: (answer) => allowed(answer) && patched(answer),
};

/** The same pod, opted out. */
export const skippedReview: ReviewCase = {
  name: "skipped",
  body: JSON.stringify(createReview(optOut)),
  expected: (answer) => allowed(answer) && !patched(answer),
};

function createReview(labels: Readonly<Record<string, string>>): unknown {
  return {
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      requestKind: { group: "", version: "v1", kind: "Pod" },
      requestResource: { group: "", version: "v1", resource: "pods" },
      namespace: enabledNamespace,
      operation: "CREATE",
      userInfo: {
        username: "system:serviceaccount:kube-system:replicaset-controller",
        uid: "4b2e5c1a-0d2f-4b53-9a3f-5f3b0f0f7a11",
        groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
      },
      object: deploymentPod(enabledNamespace, labels),
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
    },
  };
}
