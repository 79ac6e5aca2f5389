/**
 * The running webhook process, whatever surrounds it: listeners, signals, faults, and the order in which all of it ends.
 */
import { readFile } from "node:fs/promises";
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
import { startListener } from "./start-listener.ts";
import { stopOnSignals } from "./stop-on-signals.ts";
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

/** Starts both listeners and puts signals and faults in force. */
export async function runWebhook(webhook: WebhookProcess): Promise<RunningWebhook> {
  const { options, logging, registry, metrics, readiness, certificates, context, namespace, events } = webhook;
  const { log } = logging;
  const { host, healthPort: port } = options;
  const closeStatus =
    port === undefined
      ? (): Promise<void> => Promise.resolve()
      : await startListener(buildStatusApp({ registry, readiness }), { host, port, log, message: "status listening" });
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
  applyFaultPolicy({ process, log, metrics: metrics.process, stop });
  return { server, ended: ended.promise };
}
