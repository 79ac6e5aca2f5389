/**
 * Keeps `prometheus.io/*` annotations working: a Prometheus outside the mesh scrapes the proxy's application port, which
 * asks the application in plain text, whatever the mesh does with the application's own port.
 */
import type { MetricsTarget } from "../envoy/bootstrap-input.ts";
import { ports } from "../envoy/ports.ts";
import type { CapturePlan } from "../iptables/capture-plan.ts";
import type { Container } from "../kubernetes/pod.ts";
import { tcpPorts } from "../kubernetes/pod.ts";
import { capturesInbound } from "./captured-ports.ts";
import { scrapeAnnotations } from "./scrape-annotations.ts";

const { scrape: scrapeKey, port: portKey, path: pathKey, scheme: schemeKey } = scrapeAnnotations;

/** The path on the application port where the application's metrics are served again. */
export const metricsRoute = "/app-metrics";

export interface RewrittenMetrics {
  readonly target: MetricsTarget | undefined;
  /** Annotations to write; empty where nothing changes. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

const unchanged: RewrittenMetrics = { target: undefined, annotations: {}, warnings: [] };

function leaveAlone(warning: string): RewrittenMetrics {
  return { ...unchanged, warnings: [warning] };
}

/** Without a port annotation, the common scrape configuration takes every declared port; we can stand for one of them. */
function onlyDeclaredPort(containers: readonly Container[]): number | undefined {
  const declared = containers.flatMap((container) => tcpPorts(container.ports));
  return declared.length === 1 ? declared[0]?.containerPort : undefined;
}

function readPort(text: string | undefined, containers: readonly Container[]): number | undefined {
  if (text === undefined) return onlyDeclaredPort(containers);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Points the annotations at the proxy, where the metrics' port is captured. */
export function rewriteMetrics(
  annotations: Readonly<Record<string, string>>,
  containers: readonly Container[],
  capture: CapturePlan,
): RewrittenMetrics {
  if (annotations[scrapeKey] !== "true") return unchanged;
  const port = readPort(annotations[portKey], containers);
  if (port === undefined) {
    return leaveAlone(
      `annotation ${portKey} names no single port, so the scrape is left to the application's own port`,
    );
  }
  if (!capturesInbound(capture, port)) return unchanged;
  const scheme = annotations[schemeKey] === "https" ? "https" : "http";
  const path = annotations[pathKey] ?? "/metrics";
  return {
    target: { route: metricsRoute, scheme, port, path: path.startsWith("/") ? path : `/${path}` },
    annotations: {
      [portKey]: String(ports.application),
      [pathKey]: metricsRoute,
      ...(scheme === "https" ? { [schemeKey]: "http" } : {}),
    },
    warnings: [],
  };
}
