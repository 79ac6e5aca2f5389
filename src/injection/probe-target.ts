/**
 * What Envoy asks in place of the kubelet, for one probe or lifecycle hook of the application.
 */
import type { ProbeTarget } from "../envoy/bootstrap-input.ts";
import type { Container, HttpGetAction, Probe } from "../kubernetes/pod.ts";
import type { Slot } from "./probe-slots.ts";
import { isHook, routeOf } from "./probe-slots.ts";

// The kubelet's own defaults. Source: Pod API reference, "Probe".
const defaultTimeoutSeconds = 1;
const defaultPeriodSeconds = 10;
/** A hook has no time-out of its own; the kubelet ends it with the pod's grace period. */
const hookTimeoutSeconds = 3600;

const highestPort = 65_535;

/** Host names and IP addresses; anything else could not stand in a Host header. */
const hostForm = /^[A-Za-z0-9._:-]*$/;

/** A port by number, or by name among the container's own, as the kubelet resolves it. */
function resolvePort(container: Container, port: number | string): number | undefined {
  if (typeof port === "number") return port;
  if (/^\d+$/.test(port)) return Number(port);
  return container.ports?.find(({ name }) => name === port)?.containerPort;
}

/** Zero stands for the default, as it does to the API server. */
function positive(seconds: number | undefined, otherwise: number): number {
  return seconds == null || seconds === 0 ? otherwise : Math.max(1, Math.floor(seconds));
}

/** The address Envoy asks: undefined for the pod's own. `localhost` needs no resolver. */
function addressOf(host: string | undefined): string | undefined {
  if (host == null || host === "") return undefined;
  return host === "localhost" ? "127.0.0.1" : host;
}

/** Kubernetes allows a path without its slash, and none at all. */
function pathOf({ path }: HttpGetAction): string {
  return path?.startsWith("/") === true ? path : `/${path ?? ""}`;
}

function declaresHostHeader({ httpHeaders }: HttpGetAction): boolean {
  return (httpHeaders ?? []).some(({ name }) => name.toLowerCase() === "host");
}

/** A scheme that the API server knows; undefined is for it to refuse, which it could not if the probe were rewritten. */
function schemeOf({ scheme }: HttpGetAction): "HTTP" | "HTTPS" | undefined {
  const given = scheme ?? "HTTP";
  return given === "HTTP" || given === "HTTPS" ? given : undefined;
}

/** The one way in which the probe asks over the network; undefined where there is none, or more than the one allowed. */
function soleAction(
  { exec, httpGet, tcpSocket, grpc }: Probe,
  slot: Slot,
): Pick<Probe, "httpGet" | "tcpSocket" | "grpc"> {
  const given = [exec, httpGet, tcpSocket, grpc].filter((handler) => handler != null);
  if (given.length !== 1) return {};
  if (httpGet != null) return { httpGet };
  // The kubelet carries out no other hooks over the network.
  if (isHook(slot)) return {};
  if (tcpSocket != null) return { tcpSocket };
  return grpc == null ? {} : { grpc };
}

/**
 * The target of a probe or hook; undefined where there is nothing to rewrite. That is also so for one that the API
 * server refuses: rewritten, it would be let through and fail later, where nobody sees why.
 */
export function targetOf(container: Container, slot: Slot, probe: Probe): ProbeTarget | "unknown-port" | undefined {
  const { httpGet, tcpSocket, grpc } = soleAction(probe, slot);
  const action = httpGet ?? tcpSocket ?? grpc;
  if (action === undefined) return undefined;
  const port = resolvePort(container, action.port);
  if (port === undefined) return "unknown-port";
  const host = httpGet?.host ?? tcpSocket?.host ?? undefined;
  if (!Number.isInteger(port) || port < 1 || port > highestPort || !hostForm.test(host ?? "")) return undefined;
  const base = {
    route: routeOf(container.name, slot),
    host: addressOf(host),
    port,
    timeoutSeconds: isHook(slot) ? hookTimeoutSeconds : positive(probe.timeoutSeconds, defaultTimeoutSeconds),
  };
  if (httpGet !== undefined) {
    const scheme = schemeOf(httpGet);
    if (scheme === undefined) return undefined;
    return { kind: "http", ...base, scheme, path: pathOf(httpGet), ownHostHeader: declaresHostHeader(httpGet) };
  }
  const periodSeconds = positive(probe.periodSeconds, defaultPeriodSeconds);
  return tcpSocket === undefined
    ? { kind: "grpc", ...base, periodSeconds, service: grpc?.service ?? "" }
    : { kind: "tcp", ...base, periodSeconds };
}
