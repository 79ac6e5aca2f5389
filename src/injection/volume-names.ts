/**
 * Names for the volumes that Outrigger adds, which must not clash with the pod's own.
 */
import type { Volume } from "../kubernetes/pod.ts";
import { holdVolumeName } from "./hold-application.ts";
import { identityVolumeName } from "./identity-volume.ts";

/** The preferred name, or the first of `<preferred>-2`, `<preferred>-3`, … that the pod does not use. */
export function chooseVolumeName(preferred: string, volumes: readonly Volume[]): string {
  const taken = new Set(volumes.map(({ name }) => name));
  let name = preferred;
  for (let attempt = 2; taken.has(name); attempt++) name = `${preferred}-${attempt}`;
  return name;
}

/** Whether {@link chooseVolumeName} can have made the name for a volume that Outrigger adds. */
export function isVolumeOfOurs(name: string): boolean {
  const [, preferred = name] = /^(.+)-[1-9]\d*$/.exec(name) ?? [];
  return preferred === identityVolumeName || preferred === holdVolumeName;
}
