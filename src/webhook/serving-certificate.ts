/**
 * The certificate that the webhook serves with, and how a running server takes a new one.
 */
import type { Server } from "node:tls";
import { OutriggerError } from "../errors.ts";
import type { Log } from "../observability/logger.ts";
import type { OperationMetrics } from "../observability/operation-metrics.ts";
import type { WebhookTls } from "./build-webhook.ts";
import { webhookTimeouts } from "./limits.ts";

/** PEM certificate chain, leaf first, and its PEM private key. */
export interface ServingCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Where certificates come from: files, or our own authority. */
export interface ServingCertificateSource {
  /** The one to serve with now; undefined while there is none yet. */
  current(): ServingCertificate | undefined;
  /** Calls the listener with each new certificate; the function returned ends that. */
  onChange(listener: (certificate: ServingCertificate) => void): () => void;
}

/** TLS options of the server. Without a certificate handshakes fail and readiness says why, until one comes. */
export function tlsOptions(certificate: ServingCertificate | undefined, clientCa: string | undefined): WebhookTls {
  return {
    ...contextOptions(certificate, clientCa),
    handshakeTimeout: webhookTimeouts.handshake,
    // A client without a proper certificate is told so with 401, which a failed handshake could not.
    requestCert: clientCa !== undefined,
    rejectUnauthorized: false,
  };
}

/**
 * Puts a certificate into a live server: handshakes from now on use it, connections that exist go on as they are. One that
 * cannot be used is refused with a log line and a count, and the server keeps the one it has.
 */
export function replaceCertificate(
  server: Server,
  certificate: ServingCertificate,
  clientCa: string | undefined,
  { log, metrics }: { readonly log: Log; readonly metrics: Pick<OperationMetrics, "certificateReload"> },
): void {
  try {
    server.setSecureContext(contextOptions(certificate, clientCa));
    metrics.certificateReload("success");
    log.info({}, "serving certificate replaced");
  } catch (cause) {
    metrics.certificateReload("failure");
    log.error(
      { err: new OutriggerError("OUTRIGGER_CERTIFICATE_INVALID", undefined, { cause }) },
      "serving certificate refused",
    );
  }
}

/** TLS 1.3 only: every API server that can call us speaks it (Go has since 1.12), and nothing older can be negotiated down to. */
function contextOptions(certificate: ServingCertificate | undefined, clientCa: string | undefined) {
  return {
    minVersion: "TLSv1.3",
    ...(certificate === undefined ? {} : { cert: certificate.certificate, key: certificate.key }),
    ...(clientCa === undefined ? {} : { ca: clientCa }),
  } as const;
}
