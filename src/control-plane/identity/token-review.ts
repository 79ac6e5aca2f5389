/**
 * Asks the API server whose token this is. https://kubernetes.io/docs/reference/access-authn-authz/authentication/
 */
import type { JsonObject } from "../../json-value.ts";
import { isJsonObject } from "../../json-value.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Authentication, Caller } from "./authenticator.ts";
import { refused } from "./authenticator.ts";

interface ReviewStatus {
  readonly authenticated?: boolean;
  readonly audiences?: readonly string[];
  readonly user?: { readonly username?: string; readonly extra?: JsonObject };
  readonly error?: string;
}

const serviceAccountName = /^system:serviceaccount:([^:]+):([^:]+)$/;
const podNameExtra = "authentication.kubernetes.io/pod-name";
const podUidExtra = "authentication.kubernetes.io/pod-uid";

function firstOf(extra: JsonObject | undefined, key: string): string | undefined {
  const values = isJsonObject(extra) ? extra[key] : undefined;
  const first: unknown = Array.isArray(values) ? values[0] : undefined;
  return typeof first === "string" && first !== "" ? first : undefined;
}

/** What the API server's answer means. The pod must be named: a token that any pod may bring proves nothing of this one. */
export function readReview(status: ReviewStatus, audience: string, expiresAt: number): Authentication {
  if (status.authenticated !== true) {
    return refused(
      "invalid-token",
      "the API server does not accept the token: forged, revoked, or of a pod that is gone",
    );
  }
  // An API server that knows no audiences answers without them, and has not looked at them.
  if (status.audiences?.includes(audience) !== true) {
    return refused("wrong-audience", `the API server does not confirm the token's audience ${audience}`);
  }
  const [, namespace, serviceAccount] = serviceAccountName.exec(status.user?.username ?? "") ?? [];
  const podName = firstOf(status.user?.extra, podNameExtra);
  if (namespace === undefined || serviceAccount === undefined) {
    return refused("unbound-token", "the token is not of a service account; use the one projected into the pod");
  }
  const podUid = firstOf(status.user?.extra, podUidExtra);
  if (podName === undefined || podUid === undefined) {
    return refused("unbound-token", "the token is not bound to a pod; use the one projected into the pod");
  }
  const caller: Caller = { namespace, serviceAccount, podName, podUid, expiresAt };
  return { ok: true, caller };
}

/**
 * Whose token it is.
 *
 * @throws whatever kept the API server from answering
 */
export async function reviewToken(
  api: KubernetesApi,
  token: string,
  audience: string,
  expiresAt: number,
): Promise<Authentication> {
  const review = await api.request<{ readonly status?: ReviewStatus }>({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/tokenreviews",
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      spec: { token, audiences: [audience] },
    },
  });
  return readReview(review.status ?? {}, audience, expiresAt);
}
