/**
 * The metrics and health port, plain HTTP: `/metrics` for Prometheus, `/healthz` and `/readyz` for the kubelet. Apart from
 * the webhook's own port, so that it needs neither certificate nor client certificate and NetworkPolicy can tell them apart.
 */
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { Readiness, ReadinessReport } from "./readiness.ts";

export interface StatusAppDependencies {
  readonly registry: Registry;
  readonly readiness: Readiness;
}

/** Largest request body, in bytes: nothing here reads one. */
const bodyLimit = 1_024;

/**
 * Timeouts in ms. Scrapes and probes are small: a request arrives within a second or never. Connections are kept for longer than
 * the minute that Prometheus leaves between scrapes at most.
 */
const timeouts = { request: 5_000, keepAlive: 75_000, inactivity: 90_000 };

/** Builds the app; listening is its caller's. */
export function buildStatusApp({ registry, readiness }: StatusAppDependencies): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionTimeout: timeouts.inactivity,
    // Probes must be answered with the truth until the very end, and never hold up the end.
    return503OnClosing: false,
    forceCloseConnections: true,
  });
  app.get("/healthz", (_request, reply) => reply.type("text/plain").send("ok\n"));
  app.get("/readyz", (_request, reply) => {
    const report = readiness.report();
    return reply
      .code(report.ready ? 200 : 503)
      .type("text/plain")
      .send(renderReport(report));
  });
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return app;
}

/** In the form of Kubernetes' own `/readyz?verbose`. */
function renderReport({ ready, conditions }: ReadinessReport): string {
  const lines = conditions.map(({ name, unmet, informational }) => {
    if (unmet === undefined) return `[+]${name} ok`;
    return informational === true ? `[ ]${name}: ${unmet} (only told)` : `[-]${name}: ${unmet}`;
  });
  return [...lines, ready ? "ready" : "not ready", ""].join("\n");
}
