/**
 * The volumes that a sidecar brings along, under names that the pod does not use.
 */
import type { Volume, VolumeMount } from "../kubernetes/pod.ts";
import { createHoldMount, createHoldVolume, holdsByHook, holdVolumeName } from "./hold-application.ts";
import { createIdentityMount, createIdentityVolume, identityVolumeName } from "./identity-volume.ts";
import type { InjectionContext } from "./outcome.ts";
import type { InjectionSettings } from "./settings.ts";
import { chooseVolumeName } from "./volume-names.ts";

export interface SidecarVolumes {
  readonly volumes: readonly Volume[];
  /** undefined outside a mesh. */
  readonly identityMount: VolumeMount | undefined;
  /** undefined where nothing holds the application back. */
  readonly holdMount: VolumeMount | undefined;
  readonly warnings: readonly string[];
}

function warnOfClash(preferred: string, name: string): readonly string[] {
  return preferred === name ? [] : [`the pod has a volume ${preferred} of its own, so the sidecar's is called ${name}`];
}

/**
 * Decides which volumes are needed, and their names.
 *
 * @param present the application's own volumes
 */
export function planVolumes(
  settings: InjectionSettings,
  { config }: InjectionContext,
  present: readonly Volume[],
): SidecarVolumes {
  const identity = config.mode === "mesh" ? chooseVolumeName(identityVolumeName, present) : undefined;
  const hold = holdsByHook(settings) ? chooseVolumeName(holdVolumeName, present) : undefined;
  return {
    volumes: [
      ...(identity === undefined ? [] : [createIdentityVolume(identity)]),
      ...(hold === undefined ? [] : [createHoldVolume(hold)]),
    ],
    identityMount: identity === undefined ? undefined : createIdentityMount(identity),
    holdMount: hold === undefined ? undefined : createHoldMount(hold),
    warnings: [
      ...(identity === undefined ? [] : warnOfClash(identityVolumeName, identity)),
      ...(hold === undefined ? [] : warnOfClash(holdVolumeName, hold)),
    ],
  };
}
