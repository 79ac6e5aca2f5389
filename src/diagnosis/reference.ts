/**
 * Which sidecars are up to date: those of the version and mesh config that the webhook would give a pod now.
 *
 * The config's hash depends on the version too, whose defaults it includes. So the webhook's own word, told by a probe,
 * comes before what this command line makes of the ConfigMap.
 */
import type { InjectionContext } from "../injection/outcome.ts";
import type { InjectionStatus } from "../injection/status.ts";
import type { ProbeResult } from "./probe-webhook.ts";

export interface Reference {
  readonly version: string;
  /** Undefined where it is not known: sidecars are then told apart by their version alone. */
  readonly configHash: string | undefined;
}

/**
 * What the probe has seen, else what was worked out from the ConfigMap.
 *
 * @param ownVersion of this command line, whose defaults the worked-out hash includes
 */
export function referenceOf(
  probe: ProbeResult | undefined,
  { version, configHash }: Pick<InjectionContext, "version" | "configHash">,
  ownVersion: string,
): Reference {
  if (probe?.state === "injected") return { version: probe.version, configHash: probe.configHash };
  return { version, configHash: version === ownVersion ? configHash : undefined };
}

/** Why a sidecar is not up to date, one sentence each; none where it is. */
export function whyStale(status: InjectionStatus, reference: Reference): readonly string[] {
  const { version, configHash } = reference;
  return [
    ...(status.version === version ? [] : [`made by version ${status.version}, the injector is ${version}`]),
    ...(configHash === undefined || status.config === configHash
      ? []
      : [`made from mesh config ${status.config}, now it is ${configHash}`]),
  ];
}
