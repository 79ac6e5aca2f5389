/**
 * The running webhook: listens with TLS, follows certificate changes, and stops without losing a request.
 *
 * Stopping, in this order: not ready (endpoints begin to leave), but serve on for the grace period while every answer asks its
 * client to leave the connection; then stop listening; then wait for what is in flight; then cut what is left.
 */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Server as TlsServer } from "node:tls";
import { OutriggerError } from "../errors.ts";
import type { OperationMetrics } from "../observability/operation-metrics.ts";
import type { Readiness } from "../observability/readiness.ts";
import type { WebhookDependencies } from "./build-webhook.ts";
import { buildWebhook } from "./build-webhook.ts";
import type { ClientCertificatePolicy } from "./client-certificate.ts";
import { checkClientCa, createClientCheck } from "./client-certificate.ts";
import { trackConnections } from "./close-server.ts";
import type { StopTimes } from "./limits.ts";
import type { ServingCertificateSource } from "./serving-certificate.ts";
import { replaceCertificate, tlsOptions } from "./serving-certificate.ts";

export interface WebhookServerDependencies extends Omit<
  WebhookDependencies,
  "clientCheck" | "draining" | "operationMetrics"
> {
  readonly certificates: ServingCertificateSource;
  readonly readiness: Pick<Readiness, "stop">;
  readonly operationMetrics: OperationMetrics;
}

export interface WebhookServerOptions {
  /** IP address to listen on; undefined: every address of both families. */
  readonly host?: string | undefined;
  /** TCP port; 0: any free one. */
  readonly port: number;
  /** Which clients may ask; undefined: all. */
  readonly clients?: ClientCertificatePolicy | undefined;
  readonly stopTimes: StopTimes;
}

export interface WebhookServer {
  /** The TCP port that it listens on. */
  readonly port: number;
  /** Stops in order; settles when all is answered and closed, or the time for it is over. Later calls get the same promise. */
  stop(): Promise<void>;
}

/**
 * Starts the webhook.
 *
 * @throws OutriggerError `OUTRIGGER_LISTEN_FAILED`, `OUTRIGGER_CERTIFICATE_INVALID`, `OUTRIGGER_CLIENT_CA_INVALID`
 */
export async function startWebhookServer(
  dependencies: WebhookServerDependencies,
  { host, port, clients, stopTimes }: WebhookServerOptions,
): Promise<WebhookServer> {
  const { certificates, log, operationMetrics, readiness } = dependencies;
  let draining = false;
  const app = buildSecureWebhook(dependencies, clients, () => draining);
  await app.ready();
  const { server } = app;
  if (!(server instanceof TlsServer)) throw new Error("the webhook was built without TLS");
  const close = trackConnections(server);
  const unfollow = certificates.onChange((certificate) => {
    replaceCertificate(server, certificate, clients?.ca, { log, metrics: operationMetrics });
  });
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  log.info(
    { address: address.address, port: address.port, clientCertificates: clients !== undefined },
    "webhook listening",
  );

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    readiness.stop();
    draining = true;
    log.info({ graceMs: stopTimes.grace, drainMs: stopTimes.drain }, "webhook stopping");
    await pause(stopTimes.grace);
    await close(stopTimes.drain);
    unfollow();
    await app.close();
    log.info({}, "webhook stopped");
  };
  return { port: address.port, stop: () => (stopped ??= stop()) };
}

function buildSecureWebhook(
  dependencies: WebhookServerDependencies,
  clients: ClientCertificatePolicy | undefined,
  draining: () => boolean,
) {
  if (clients !== undefined) checkClientCa(clients.ca);
  const clientCheck = clients === undefined ? undefined : createClientCheck(clients);
  try {
    const tls = tlsOptions(dependencies.certificates.current(), clients?.ca);
    return buildWebhook({ ...dependencies, clientCheck, draining }, tls);
  } catch (cause) {
    throw new OutriggerError("OUTRIGGER_CERTIFICATE_INVALID", undefined, { cause });
  }
}

async function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  server.listen(host === undefined ? { port } : { port, host });
  try {
    await once(server, "listening");
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : undefined;
    throw new OutriggerError("OUTRIGGER_LISTEN_FAILED", detail, { cause });
  }
}
