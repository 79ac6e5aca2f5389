/**
 * The running webhook process, whatever surrounds it: listeners, signals, faults, and the order in which all of it ends.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";
import type { CertificateSource } from "../certificates/certificate-source.ts";
import { OutriggerError } from "../errors.ts";
import { injectPod } from "../injection/inject.ts";
import { createPatch } from "../injection/json-patch.ts";
import { applyFaultPolicy } from "../observability/fault-policy.ts";
import type { Logging } from "../observability/logger.ts";
import type { Metrics } from "../observability/metrics.ts";
import type { Readiness } from "../observability/readiness.ts";
import { buildStatusApp } from "../observability/status-app.ts";
import type { AdmissionEventRecorder } from "../webhook/admission-event.ts";
import type { ClientCertificatePolicy } from "../webhook/client-certificate.ts";
import type { NamespaceLookup } from "../webhook/namespace-of-admission.ts";
import type { WebhookServer } from "../webhook/server.ts";
import { startWebhookServer } from "../webhook/server.ts";
import { stopOnSignals } from "../webhook/stop-on-signals.ts";
import type { LiveContext } from "./live-context.ts";
import type { WebhookOptions } from "./webhook-options.ts";

export interface WebhookProcess {
  readonly options: WebhookOptions;
  readonly logging: Logging;
  readonly registry: Registry;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly certificates: CertificateSource;
  readonly context: LiveContext;
  readonly namespace: NamespaceLookup;
  readonly events: AdmissionEventRecorder;
  /** Ends everything else, after the last answer was sent. */
  readonly close: () => Promise<void>;
}

/** Resolves with the server when it listens, and `ended` with the exit code when the process has stopped in order. */
export interface RunningWebhook {
  readonly server: WebhookServer;
  readonly ended: Promise<number>;
}

async function readClients({ clientCa, clientNames }: WebhookOptions): Promise<ClientCertificatePolicy | undefined> {
  if (clientCa === undefined) return undefined;
  try {
    return { ca: await readFile(clientCa, "utf8"), names: clientNames };
  } catch (cause) {
    throw new OutriggerError("OUTRIGGER_FILE_UNREADABLE", `--client-ca ${clientCa}`, { cause });
  }
}

/** Listens for probes and scrapes; resolves to what ends it. */
async function startStatusApp({ options, registry, readiness, logging }: WebhookProcess): Promise<() => Promise<void>> {
  if (options.healthPort === undefined) return () => Promise.resolve();
  const app = buildStatusApp({ registry, readiness });
  await app.ready();
  // Not Fastify's own listen(), which without a host takes localhost instead of every address of both families.
  app.server.listen({ port: options.healthPort, ...(options.host === undefined ? {} : { host: options.host }) });
  try {
    await once(app.server, "listening");
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : undefined;
    throw new OutriggerError("OUTRIGGER_LISTEN_FAILED", detail, { cause });
  }
  logging.log.info({ port: (app.server.address() as AddressInfo).port }, "status listening");
  return () => app.close();
}

/** Starts both listeners and puts signals and faults in force. */
export async function runWebhook(webhook: WebhookProcess): Promise<RunningWebhook> {
  const { options, logging, metrics, readiness, certificates, context, namespace, events } = webhook;
  const { log } = logging;
  const closeStatus = await startStatusApp(webhook);
  const server = await startWebhookServer(
    {
      inject: injectPod,
      createPatch,
      namespace,
      context: () => context.get(),
      events,
      log,
      metrics: metrics.admission,
      operationMetrics: metrics.operation,
      adviceMetrics: metrics.advice,
      readiness,
      certificates,
    },
    {
      host: options.host,
      port: options.port,
      clients: await readClients(options),
      stopTimes: options.stopTimes,
    },
  );
  const ended = Promise.withResolvers<number>();
  const stop = stopOnSignals({
    process,
    log,
    stop: async () => {
      await server.stop();
      await webhook.close();
      await closeStatus();
    },
    exit: (code) => {
      logging.flush();
      ended.resolve(code);
    },
  });
  applyFaultPolicy({ process, log, metrics: metrics.operation, stop });
  return { server, ended: ended.promise };
}
