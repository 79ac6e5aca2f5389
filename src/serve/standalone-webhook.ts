/**
 * The webhook without Kubernetes: a certificate of its own, every namespace enabled unless a file says otherwise, Events
 * as log lines. For trying it out, for benchmarks, and for an API server whose configuration somebody else writes.
 */
import { randomBytes } from "node:crypto";
import { Registry } from "prom-client";
import { defaultCertificatePolicy } from "../certificates/certificate-policy.ts";
import { loopbackNames } from "../certificates/issue.ts";
import type { CertificateOrigin } from "../certificates/webhook-certificates.ts";
import { createWebhookCertificates } from "../certificates/webhook-certificates.ts";
import type { Terminal } from "../cli/command.ts";
import { enabledUnlessDescribed, readNamespaceFile } from "../cli/offline-world.ts";
import { systemClock } from "../clock.ts";
import { startLogging } from "../observability/logger.ts";
import { createMetrics } from "../observability/metrics.ts";
import { createReadiness } from "../observability/readiness.ts";
import { version } from "../version.ts";
import { countCertificates } from "./certificate-observer.ts";
import { LiveContext } from "./live-context.ts";
import type { RunningWebhook } from "./run-webhook.ts";
import { runWebhook } from "./run-webhook.ts";
import type { WebhookOptions } from "./webhook-options.ts";

/** The standard output is for the announcement. */
const standardError = 2;

function certificateOrigin({ certificateDirectory: folder }: WebhookOptions): CertificateOrigin {
  return folder === undefined ? { kind: "self-made", names: loopbackNames } : { kind: "files", folder };
}

function announce(
  terminal: Terminal,
  { host = "localhost", certificateDirectory }: WebhookOptions,
  port: number,
  ca: string,
): void {
  const address = host.includes(":") ? `[${host}]` : host;
  const trust = certificateDirectory === undefined ? `its clients must trust this CA:\n${ca}` : "";
  terminal.out(`outrigger webhook on https://${address}:${port}/mutate\n${trust}`);
}

/** Starts it and prints where it listens and whom to trust. */
export async function startStandaloneWebhook(options: WebhookOptions, terminal: Terminal): Promise<RunningWebhook> {
  const logging = startLogging(options.logLevel, standardError);
  const registry = new Registry();
  const metrics = createMetrics(registry, version);
  const described = options.namespaces === undefined ? [] : await readNamespaceFile(terminal, options.namespaces);
  const context = new LiveContext({
    path: options.config,
    surroundings: {
      version,
      meshNamespace: "outrigger-system",
      nativeSidecars: true,
      ownIpFamilies: ["IPv4"],
      drainKey: randomBytes(32).toString("hex"),
    },
    log: logging.log,
    metrics: metrics.operation,
  });
  await context.start();
  const certificates = createWebhookCertificates({
    origin: certificateOrigin(options),
    clock: systemClock,
    random: Math.random,
    log: logging.log,
    observer: countCertificates(metrics.operation),
    policy: defaultCertificatePolicy,
  });
  await certificates.start();
  const running = await runWebhook({
    options,
    logging,
    registry,
    metrics,
    readiness: createReadiness([{ name: "certificate", unmet: () => certificates.unready() }]),
    certificates: certificates.source,
    context,
    namespace: enabledUnlessDescribed(described),
    events: {
      record: (event) => {
        logging.log.debug({ event }, "event");
      },
    },
    close: async () => {
      certificates.stop();
      await context.close();
    },
  });
  announce(terminal, options, running.server.port, certificates.source.current()?.caBundle ?? "");
  return running;
}
