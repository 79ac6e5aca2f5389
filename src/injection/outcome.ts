/**
 * What goes into an injection and what comes out: the types that the webhook, the command line and the stages share.
 */
import type { MeshConfig } from "../config/schema.ts";
import type { Pod } from "../kubernetes/pod.ts";
import type { IpFamily } from "../net/cidr.ts";
import type { Problem } from "../problem.ts";
import type { InjectReason, RejectReason, SkipReason } from "./reasons.ts";
import type { InjectionSettings } from "./settings.ts";

/** What the decision needs to know of the pod's namespace. */
export interface NamespaceView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What is the same for every pod, until the config changes. */
export interface InjectionContext {
  readonly config: MeshConfig;
  /** Short hash of the config, written on each pod so that stale sidecars can be found. */
  readonly configHash: string;
  /** Outrigger's own version. */
  readonly version: string;
  /** The namespace Outrigger runs in. */
  readonly meshNamespace: string;
  /** Whether the cluster runs native sidecars (Kubernetes >= 1.29); the default of `native-sidecar`. */
  readonly nativeSidecars: boolean;
  /** Families of the pod network, already resolved from `ipFamilies: auto`. */
  readonly ipFamilies: readonly IpFamily[];
  /** Secret from which each pod's drain path is derived. */
  readonly drainKey: string;
}

/** Where a setting's value came from, for `outrigger explain`. */
export interface SettingOrigin {
  /** Annotation suffix, e.g. `proxy-image`. */
  readonly setting: string;
  /** The value in the annotation's own spelling. */
  readonly value: string;
  /** e.g. `pod annotation outrigger.dev/proxy-image`, `namespace annotation …`, `mesh config`, `built-in default`. */
  readonly origin: string;
}

export type InjectionOutcome =
  | {
      readonly result: "injected";
      readonly reason: InjectReason;
      /** The new pod; shares every untouched part with the input. */
      readonly pod: Pod;
      readonly settings: InjectionSettings;
      readonly origins: readonly SettingOrigin[];
      readonly warnings: readonly string[];
    }
  | { readonly result: "skipped"; readonly reason: SkipReason; readonly warnings: readonly string[] }
  | {
      readonly result: "rejected";
      readonly reason: RejectReason;
      readonly problems: readonly Problem[];
      readonly warnings: readonly string[];
    };

/**
 * Decides on one pod and, where the decision is to inject, makes the injected pod.
 *
 * @param pod the Pod as it came, parsed JSON of any shape; never modified
 * @param workload name of the workload that the pod belongs to, where the caller knows better than the pod's owner
 *   references tell (a template has none)
 */
export type Inject = (
  pod: unknown,
  namespace: NamespaceView,
  context: InjectionContext,
  workload?: string,
) => InjectionOutcome;
