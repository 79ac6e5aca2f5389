/**
 * How a classic sidecar holds the application back: the kubelet starts containers in order and waits for each one's
 * postStart hook. Envoy's image has no shell to wait with, so the init container leaves one static binary in a shared
 * volume, and the hook of the proxy runs it until Envoy is ready.
 */
import { ports } from "../envoy/ports.ts";
import type { Volume, VolumeMount } from "../kubernetes/pod.ts";

/** The volume's name, where the pod does not use it for something else. */
export const holdVolumeName = "outrigger-hold";
const directory = "/var/run/outrigger-hold";

/** Tells the init container where to leave the binary. */
export const holdDirectoryVariable = { name: "OUTRIGGER_HOLD_DIRECTORY", value: directory };

export function createHoldMount(name: string): VolumeMount {
  return { name, mountPath: directory };
}

export function createHoldVolume(name: string): Volume {
  return { name, emptyDir: { sizeLimit: "8Mi" } } as Volume;
}

const askReady = `${directory}/busybox wget -q -O /dev/null http://127.0.0.1:${ports.admin}/ready`;

/** Ends when the proxy is ready. */
export const holdCommand: readonly string[] = [
  `${directory}/busybox`,
  "sh",
  "-c",
  `until ${askReady}; do ${directory}/busybox sleep 0.1; done`,
];
