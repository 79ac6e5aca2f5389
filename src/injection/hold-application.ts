/**
 * How the application is held back until the proxy is ready. A native sidecar starts before the init container, which ends
 * only when the proxy is ready. A classic one has a postStart hook, for which the kubelet waits before it starts the next
 * container. Envoy's image has no shell to wait with, so the init container leaves one static binary in a shared volume,
 * and the hook runs it until Envoy is ready.
 */
import { ports } from "../envoy/ports.ts";
import type { Volume, VolumeMount } from "../kubernetes/pod.ts";
import type { InjectionSettings } from "./settings.ts";

/** Whether the application has to be held back by a hook: a classic sidecar does not come first by itself. */
export function holdsByHook({ nativeSidecar, holdApplication }: InjectionSettings): boolean {
  return !nativeSidecar && holdApplication;
}

/** Whether the init container, which comes after the proxy, waits for it. One that captures nothing does not exist. */
export function holdsByInitContainer({ nativeSidecar, capture }: InjectionSettings): boolean {
  return nativeSidecar && capture.mode !== "none";
}

const readyUrl = `http://127.0.0.1:${ports.admin}/ready`;

/** Tells the init container whom to wait for. */
export const waitForProxyVariable = { name: "OUTRIGGER_WAIT_FOR", value: readyUrl };

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

const askReady = `${directory}/busybox wget -q -O /dev/null ${readyUrl}`;

/** Ends when the proxy is ready. */
export const holdCommand: readonly string[] = [
  `${directory}/busybox`,
  "sh",
  "-c",
  `until ${askReady}; do ${directory}/busybox sleep 0.1; done`,
];
