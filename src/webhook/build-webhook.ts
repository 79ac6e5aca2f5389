/**
 * Builds the webhook's Fastify app: routes, body parsing, error answers. Listening, TLS and signals are `server.ts`, so that tests
 * can `inject()` requests without a socket.
 *
 * Fastify's own JSON parser, request log and response serialisation are not used: bodies reach the handler as bytes and answers
 * leave it as text, which saves a quarter of the time and cannot drop a field.
 */
import fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { SecureContextOptions, TlsOptions } from "node:tls";
import { OutriggerError } from "../errors.ts";
import type { OperationMetrics } from "../observability/operation-metrics.ts";
import type { ReviewDependencies } from "./answer-review.ts";
import { createAnswerReview } from "./answer-review.ts";
import type { AdviceDependencies } from "./answer-workload-review.ts";
import { createAnswerWorkloadReview } from "./answer-workload-review.ts";
import type { WebhookEntry } from "./admission-request.ts";
import type { ClientCheck } from "./client-certificate.ts";
import { createConnectionErrorHandler } from "./connection-error.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { httpError, jsonMediaType } from "./http-answer.ts";
import { httpFailure } from "./http-failure.ts";
import { maxBodyBytes, webhookTimeouts } from "./limits.ts";
import { reportOther } from "./report-admission.ts";
import { advicePath, isWebhookPath, webhookPaths } from "./webhook-paths.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** `performance.now()` when the request's headers had come, in ms. */
    startedAt: number;
  }
}

export interface WebhookDependencies extends ReviewDependencies, AdviceDependencies {
  readonly operationMetrics: Pick<OperationMetrics, "connectionError">;
  /** Judges each connection; undefined: every client may ask. */
  readonly clientCheck?: ClientCheck | undefined;
  /** Whether connections are to be given up after their next answer, because the server is about to stop. */
  readonly draining?: () => boolean;
}

/** TLS options of the listening server; without them the app is for `inject()` only. */
export type WebhookTls = SecureContextOptions & TlsOptions;

/** Builds the app. */
export function buildWebhook(dependencies: WebhookDependencies, tls?: WebhookTls): FastifyInstance {
  const options = {
    logger: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: webhookTimeouts.request,
    keepAliveTimeout: webhookTimeouts.keepAlive,
    connectionTimeout: webhookTimeouts.inactivity,
    // Requests that arrive while we stop are answered like all others: there may be no other replica yet.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: createConnectionErrorHandler(dependencies.log, dependencies.operationMetrics),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      refuse(dependencies, error, request, reply);
    },
  } as const;
  const http = { headersTimeout: webhookTimeouts.headers, connectionsCheckingInterval: webhookTimeouts.checkInterval };
  const app: FastifyInstance =
    tls === undefined ? fastify({ ...options, http }) : fastify({ ...options, https: { ...http, ...tls } });
  app.decorateRequest("startedAt", 0);
  app.addHook("onRequest", createRequestStart(dependencies));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, takeBytes);
  app.setErrorHandler((error, request, reply) => {
    refuse(dependencies, error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    refuse(dependencies, noRoute(request, reply), request, reply);
  });
  addRoutes(app, dependencies);
  return app;
}

function addRoutes(app: FastifyInstance, dependencies: WebhookDependencies): void {
  const answerReview = createAnswerReview(dependencies);
  for (const [path, entry] of Object.entries(webhookPaths)) {
    app.post(path, (request, reply) => {
      send(dependencies, reply, answerReview(bodyOf(request), entry, request.startedAt));
    });
  }
  const answerWorkloadReview = createAnswerWorkloadReview(dependencies);
  app.post(advicePath, (request, reply) => {
    send(dependencies, reply, answerWorkloadReview(bodyOf(request), request.startedAt));
  });
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** Begins the clock and the count of a request, and turns away clients that may not ask before their body is read. */
function createRequestStart({ metrics, clientCheck }: WebhookDependencies) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    request.startedAt = performance.now();
    metrics.begin();
    // `close` comes once for each response, sent or cut off.
    reply.raw.once("close", metrics.end);
    done(clientCheck?.(request.raw.socket));
  };
}

/** Leaves the bytes as they are: the handler parses them where its own error handling is. */
function takeBytes(request: FastifyRequest, body: Buffer, done: (error: Error | null, body?: Buffer) => void): void {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") done(null, body);
  else done(new OutriggerError("OUTRIGGER_REVIEW_MEDIA_TYPE", `Content-Encoding is ${encoding}`));
}

function noRoute(request: FastifyRequest, reply: FastifyReply): OutriggerError {
  const path = request.url.split("?", 1)[0] ?? "";
  if (!isWebhookPath(path)) return new OutriggerError("OUTRIGGER_PATH_UNKNOWN");
  reply.header("allow", "POST");
  return new OutriggerError("OUTRIGGER_METHOD_NOT_ALLOWED");
}

/** Answers with an HTTP error, and counts it. */
function refuse(
  dependencies: WebhookDependencies,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { error, outcome } = httpFailure(thrown);
  // Still 0 where the request failed before the hook that starts the clock.
  const startedAt = request.startedAt || performance.now();
  const exchange = { entry: entryOf(request), startedAt, bytes: 0 };
  reportOther(outcome, undefined, exchange, dependencies);
  if (outcome.result === "failed") dependencies.log.error({ err: thrown }, "request failed");
  send(dependencies, reply, httpError(error));
}

function entryOf(request: FastifyRequest): WebhookEntry {
  return (webhookPaths as Readonly<Record<string, WebhookEntry | undefined>>)[request.routeOptions.url ?? ""] ?? "any";
}

function send({ draining }: WebhookDependencies, reply: FastifyReply, { status, body }: HttpAnswer): void {
  if (draining?.() === true) reply.header("connection", "close");
  void reply.code(status).header("content-type", jsonMediaType).send(body);
}
