/**
 * The places in a container where the kubelet is told to call the application: three probes and two hooks. Each has a
 * route on the proxy's application port, named after Kubernetes' own health endpoints.
 */
import type { Container, Lifecycle, LifecycleHandler, Probe } from "../kubernetes/pod.ts";
import type { Handler } from "./status.ts";

export type Slot = keyof typeof slots;

/** Slot -> last part of its route. */
export const slots = {
  readinessProbe: "readyz",
  livenessProbe: "livez",
  startupProbe: "startupz",
  postStart: "poststart",
  preStop: "prestop",
} as const;

export const slotNames: readonly Slot[] = Object.keys(slots) as Slot[];

/** Whether the slot is a lifecycle hook, not a probe. */
export function isHook(slot: Slot): slot is keyof Lifecycle {
  return slot === "postStart" || slot === "preStop";
}

/** The path on the application port that stands for a container's slot. */
export function routeOf(container: string, slot: Slot): string {
  return `/app-health/${container}/${slots[slot]}`;
}

/** The key of a container's slot in the status annotation. */
export function slotKey(container: string, slot: Slot): string {
  return `${container}/${slots[slot]}`;
}

/** What stands in the slot, if anything. */
export function readSlot(container: Container, slot: Slot): Probe | undefined {
  // JSON from outside may hold null where the type says undefined.
  return (isHook(slot) ? container.lifecycle?.[slot] : container[slot]) ?? undefined;
}

/** The same container with another handler in the slot; everything else of the probe (periods, thresholds) stays. */
export function withHandler(container: Container, slot: Slot, handler: Handler): Container {
  const { httpGet: _http, tcpSocket: _tcp, grpc: _grpc, ...rest }: Probe = readSlot(container, slot) ?? {};
  const filled = { ...rest, ...handler };
  return isHook(slot)
    ? { ...container, lifecycle: { ...container.lifecycle, [slot]: filled satisfies LifecycleHandler } }
    : { ...container, [slot]: filled };
}
