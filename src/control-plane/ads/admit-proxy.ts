/**
 * Decides whether a stream is of the pod that it says it is: what its bootstrap claims must be what its token proves.
 */
import type { DiscoveryNode } from "../../envoy-api/discovery.ts";
import { formatProblem } from "../../problem.ts";
import { quote } from "../../quote.ts";
import type { Caller, Refusal } from "../identity/authenticator.ts";
import { refused } from "../identity/authenticator.ts";
import { workloadIdentity } from "../model/identity.ts";
import { namespacedName } from "../model/workload.ts";
import type { Proxy } from "../proxy.ts";
import type { NodeClaims } from "./parse-node.ts";
import { parseNode } from "./parse-node.ts";

export type Admission =
  { readonly ok: true; readonly proxy: Proxy } | { readonly ok: false; readonly refusal: Refusal };

/** What the bootstrap claims and the token does not prove, e.g. `node.metadata.pod says "b", the token "a"`. */
function contradictions(claims: NodeClaims, caller: Caller): readonly string[] {
  const { namespace, serviceAccount, podName } = caller;
  const pairs = [
    ["node.id", claims.id, `${podName}.${namespace}`],
    ["node.metadata.pod", claims.pod, podName],
    ["node.metadata.namespace", claims.namespace, namespace],
    ["node.metadata.serviceAccount", claims.serviceAccount, serviceAccount],
  ] as const;
  return pairs.flatMap(([path, claimed, proved]) =>
    claimed === proved ? [] : [`${path} says ${quote(claimed)}, the token ${quote(proved)}`],
  );
}

/**
 * The proxy that a token and a node stand for.
 *
 * @param node undefined where the first request had none
 */
export function admitProxy(caller: Caller, node: DiscoveryNode | undefined, trustDomain: string): Admission {
  if (node === undefined) {
    return refused("invalid-node", "the first request of the stream has no node; send the bootstrap's node with it");
  }
  const claims = parseNode(node);
  if (!claims.ok) return refused("invalid-node", claims.problems.map(formatProblem).join("; "));
  const foreign = contradictions(claims.value, caller);
  if (foreign.length > 0) {
    return refused("foreign-node", `${foreign.join("; ")}; a proxy can connect as its own pod only`);
  }
  if (claims.value.trustDomain !== trustDomain) {
    const said = quote(claims.value.trustDomain);
    const fix = "create the pod anew, so that its bootstrap has the mesh's present one";
    return refused("invalid-node", `node.metadata.trustDomain: ${said} is not ${quote(trustDomain)}; ${fix}`);
  }
  return { ok: true, proxy: proxyOf(caller, claims.value, trustDomain) };
}

function proxyOf({ namespace, serviceAccount, podName }: Caller, claims: NodeClaims, trustDomain: string): Proxy {
  const { workload, interceptionMode, ipFamilies, opaquePorts, accessLog, internalListeners, tracing } = claims;
  return {
    pod: namespacedName(namespace, podName),
    namespace,
    serviceAccount,
    identity: workloadIdentity(trustDomain, namespace, serviceAccount),
    workload,
    interceptionMode,
    ipFamilies,
    opaquePorts,
    accessLog,
    internalListeners,
    tracing,
  };
}
