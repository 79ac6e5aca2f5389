/**
 * What is known only when the pod runs. The bootstrap is an argument of the proxy's container, and in arguments the
 * kubelet replaces `$(NAME)` by the container's environment variable NAME. That puts the pod's address and names into
 * the configuration without a process that writes files; and it means that every other dollar sign must be escaped.
 *
 * The rules are those of Kubernetes' `third_party/forked/golang/expansion`: `$(NAME)` of a known variable is replaced,
 * `$$` becomes `$`, every other `$` stays as it is.
 */

/** The environment variables that the proxy's container must have, each from a field of its own pod. */
export const environment = {
  POD_IP: "status.podIP",
  POD_NAME: "metadata.name",
  POD_NAMESPACE: "metadata.namespace",
  SERVICE_ACCOUNT: "spec.serviceAccountName",
  NODE_NAME: "spec.nodeName",
} as const;

/** References to them. */
export const reference = {
  podIp: "$(POD_IP)",
  podName: "$(POD_NAME)",
  podNamespace: "$(POD_NAMESPACE)",
  serviceAccount: "$(SERVICE_ACCOUNT)",
  nodeName: "$(NODE_NAME)",
} as const satisfies Readonly<Record<string, `$(${keyof typeof environment})`>>;

/** The same text after the kubelet's expansion, whatever dollar signs it has. */
export function escapeExpansion(text: string): string {
  // In a replacement string `$$` stands for one dollar sign.
  return text.replaceAll("$", "$$$$");
}

/**
 * A copy of JSON-like data with every string escaped, keys aside: escaping the whole input at once leaves no string to
 * forget.
 */
export function escapeStrings<T>(value: T): T;
export function escapeStrings(value: unknown): unknown {
  if (typeof value === "string") return escapeExpansion(value);
  if (Array.isArray(value)) return value.map((item) => escapeStrings<unknown>(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeStrings<unknown>(item)]));
}
