/**
 * Whether a pod gets a sidecar. The first rule that has an answer decides:
 *
 *   1 host-network, mirror-pod, windows-pod      skip
 *   2 system-namespace                           skip
 *   3 namespace-disabled                         skip: an administrator's opt-out is final
 *   4 already-injected                           inject: a second pass must give the same pod
 *   5 other-mesh                                 skip
 *   6 pod-opt-out / pod-opt-in                   skip / inject
 *   7 never-selector / always-selector           skip / inject
 *   8 namespace-enabled                          inject
 *   9 namespace-not-enabled / default-policy     skip / inject
 */
import type { MeshConfig } from "../config/schema.ts";
import { selects } from "../kubernetes/label-selector.ts";
import type { Pod } from "../kubernetes/pod.ts";
import { allContainers } from "../kubernetes/pod.ts";
import type { Problem } from "../problem.ts";
import { quote } from "../quote.ts";
import type { InjectionContext, NamespaceView } from "./outcome.ts";
import { istioInjectKey } from "./istio-aliases.ts";
import { annotationPath, injectionLabel, injectKey, labelPath, mirrorPodAnnotation } from "./keys.ts";
import type { InjectReason, SkipReason } from "./reasons.ts";
import type { InjectionStatus } from "./status.ts";

export type Decision =
  | { readonly inject: true; readonly reason: InjectReason; readonly problems: readonly Problem[] }
  | { readonly inject: false; readonly reason: SkipReason; readonly problems: readonly Problem[] };

interface Facts {
  readonly pod: Pod;
  readonly status: InjectionStatus | undefined;
  readonly namespace: NamespaceView;
  readonly config: MeshConfig;
  readonly meshNamespace: string;
  /** Wrong values met on the way; a rule that meets one has no answer. */
  readonly problems: Problem[];
}

type Verdict = InjectReason | SkipReason | undefined;
type Rule = (facts: Facts) => Verdict;

const injecting: readonly Verdict[] = [
  "already-injected",
  "pod-opt-in",
  "always-selector",
  "namespace-enabled",
  "default-policy",
];

const kubernetesNamespaces: readonly string[] = ["kube-system", "kube-public", "kube-node-lease"];
const otherProxies: readonly string[] = ["istio-proxy", "linkerd-proxy", "kuma-sidecar"];

/** The first other mesh's sidecar in the pod, by its container's name. */
export function findOtherProxy(pod: Pod): string | undefined {
  return allContainers(pod.spec).find(({ name }) => otherProxies.includes(name))?.name;
}

const unsuitablePod: Rule = ({ pod: { metadata, spec } }) => {
  if (spec.hostNetwork === true) return "host-network";
  if (metadata?.annotations?.[mirrorPodAnnotation] !== undefined) return "mirror-pod";
  const system = spec.os?.name ?? spec.nodeSelector?.["kubernetes.io/os"];
  return system === "windows" ? "windows-pod" : undefined;
};

const systemNamespace: Rule = ({ namespace, config, meshNamespace }) =>
  namespace.name === meshNamespace ||
  kubernetesNamespaces.includes(namespace.name) ||
  config.injection.systemNamespaces.includes(namespace.name)
    ? "system-namespace"
    : undefined;

/** Reads a switch that has two words; anything else is a problem. */
function readSwitch(
  facts: Facts,
  text: string | undefined,
  path: string,
  [on, off]: readonly [string, string],
): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === on || text === off) return text === on;
  const message = `${quote(text)} is neither ${quote(on)} nor ${quote(off)}`;
  facts.problems.push({ path, message, hint: `write ${quote(on)} or ${quote(off)}` });
  return undefined;
}

function namespaceSwitch(facts: Facts): boolean | undefined {
  const path = `namespace ${facts.namespace.name} ${labelPath(injectionLabel)}`;
  return readSwitch(facts, facts.namespace.labels[injectionLabel], path, ["enabled", "disabled"]);
}

const namespaceDisabled: Rule = (facts) => (namespaceSwitch(facts) === false ? "namespace-disabled" : undefined);

const alreadyInjected: Rule = ({ status }) => (status === undefined ? undefined : "already-injected");

const otherMesh: Rule = ({ pod }) => (findOtherProxy(pod) === undefined ? undefined : "other-mesh");

/** The pod's own wish: our label before our annotation before Istio's, since labels are what selectors can see. */
const podSwitch: Rule = (facts) => {
  const { labels, annotations } = facts.pod.metadata ?? {};
  const keys = facts.config.compatibility.istio ? [injectKey, istioInjectKey] : [injectKey];
  for (const key of keys) {
    // Both are read, so that a wrong value is told even where the other one decides.
    const byLabel = readSwitch(facts, labels?.[key], labelPath(key), ["true", "false"]);
    const byAnnotation = readSwitch(facts, annotations?.[key], annotationPath(key), ["true", "false"]);
    const wish = byLabel ?? byAnnotation;
    if (wish !== undefined) return wish ? "pod-opt-in" : "pod-opt-out";
  }
  return undefined;
};

const selectors: Rule = ({ pod, config: { injection } }) => {
  const labels = pod.metadata?.labels ?? {};
  if (injection.neverInject.some((selector) => selects(selector, labels))) return "never-selector";
  if (injection.alwaysInject.some((selector) => selects(selector, labels))) return "always-selector";
  return undefined;
};

const namespaceEnabled: Rule = ({ namespace }) =>
  namespace.labels[injectionLabel] === "enabled" ? "namespace-enabled" : undefined;

const defaultPolicy: Rule = ({ config }) =>
  config.injection.defaultPolicy === "enabled" ? "default-policy" : "namespace-not-enabled";

const rules: readonly Rule[] = [
  unsuitablePod,
  systemNamespace,
  namespaceDisabled,
  alreadyInjected,
  otherMesh,
  podSwitch,
  selectors,
  namespaceEnabled,
  defaultPolicy,
];

/** Applies the rules in order; also says which labels and annotations on the way could not be understood. */
export function decideInjection(
  pod: Pod,
  status: InjectionStatus | undefined,
  namespace: NamespaceView,
  { config, meshNamespace }: InjectionContext,
): Decision {
  const problems: Problem[] = [];
  const facts: Facts = { pod, status, namespace, config, meshNamespace, problems };
  for (const rule of rules) {
    const verdict = rule(facts);
    if (verdict !== undefined) {
      return { inject: injecting.includes(verdict), reason: verdict, problems } as Decision;
    }
  }
  throw new Error("the last rule always has an answer");
}
