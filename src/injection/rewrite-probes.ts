/**
 * Sends the kubelet's probes and lifecycle hooks to the proxy's application port instead of the application's own, which
 * the mesh may keep for mutual TLS. Envoy asks the application and answers for it; there is no agent in between.
 *
 * TCP and gRPC probes become HTTP ones: a captured port accepts every connection, so a TCP probe would always succeed.
 */
import type { ProbeTarget } from "../envoy/bootstrap-input.ts";
import { ports } from "../envoy/ports.ts";
import type { CapturePlan } from "../iptables/capture-plan.ts";
import type { Container, Probe } from "../kubernetes/pod.ts";
import { quote } from "../quote.ts";
import { capturesInbound } from "./captured-ports.ts";
import type { Slot } from "./probe-slots.ts";
import { readSlot, routeOf, slotKey, slotNames, withHandler } from "./probe-slots.ts";
import { targetOf } from "./probe-target.ts";
import type { Handler } from "./status.ts";

export interface RewrittenProbes {
  /** Same order and length; containers without anything to rewrite are the same objects. */
  readonly containers: readonly Container[];
  readonly targets: readonly ProbeTarget[];
  /** What was replaced, by {@link slotKey}. */
  readonly originals: Readonly<Record<string, Handler>>;
  readonly warnings: readonly string[];
}

/** The kubelet's side: written out in full, so that the API server's defaulting changes nothing. */
function proxiedHandler(probe: Probe, route: string): Handler {
  const headers = probe.httpGet?.httpHeaders;
  const httpGet = { path: route, port: ports.application, scheme: "HTTP" };
  return { httpGet: headers == null ? httpGet : { ...httpGet, httpHeaders: headers } };
}

function handlerOf({ httpGet, tcpSocket, grpc }: Probe): Handler {
  if (httpGet != null) return { httpGet };
  if (tcpSocket != null) return { tcpSocket };
  return grpc == null ? {} : { grpc };
}

function isProxied(probe: Probe): boolean {
  return probe.httpGet?.port === ports.application && (probe.httpGet.path ?? "").startsWith("/app-health/");
}

interface Accumulator {
  readonly targets: ProbeTarget[];
  readonly originals: Record<string, Handler>;
  readonly warnings: string[];
}

function rewriteSlot(into: Accumulator, container: Container, slot: Slot, capture: CapturePlan): Container {
  const probe = readSlot(container, slot);
  if (probe === undefined) return container;
  if (isProxied(probe)) {
    into.warnings.push(
      `${slot} of container ${container.name} asks the proxy for a probe that it does not know; write the original probe`,
    );
    return container;
  }
  const target = targetOf(container, slot, probe);
  if (target === undefined) return container;
  if (target === "unknown-port") {
    const name = String((probe.httpGet ?? probe.tcpSocket)?.port);
    into.warnings.push(
      `${slot} of container ${container.name} names port ${quote(name)}, which the container does not declare; it is left as it is`,
    );
    return container;
  }
  if (!capturesInbound(capture, target.port)) return container;
  into.targets.push(target);
  into.originals[slotKey(container.name, slot)] = handlerOf(probe);
  return withHandler(container, slot, proxiedHandler(probe, target.route));
}

/** Rewrites every probe and hook whose port is captured. */
export function rewriteProbes(containers: readonly Container[], capture: CapturePlan): RewrittenProbes {
  const into: Accumulator = { targets: [], originals: {}, warnings: [] };
  const rewritten = containers.map((container) =>
    slotNames.reduce((current, slot) => rewriteSlot(into, current, slot, capture), container),
  );
  return { containers: rewritten, ...into };
}

/** Puts the original handlers back, where the proxy's still stand. */
export function restoreProbes(
  containers: readonly Container[],
  originals: Readonly<Record<string, Handler>>,
): readonly Container[] {
  return containers.map((container) =>
    slotNames.reduce((current, slot) => {
      const key = slotKey(current.name, slot);
      const original = Object.hasOwn(originals, key) ? originals[key] : undefined;
      const probe = readSlot(current, slot);
      if (original === undefined || probe?.httpGet?.path !== routeOf(current.name, slot)) return current;
      return withHandler(current, slot, original);
    }, container),
  );
}
