/**
 * A running webhook for tests, with certificates of its own authority, and clients that keep asking it.
 */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { RequestOptions } from "node:https";
import { TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { createReadiness } from "../../../src/observability/readiness.ts";
import type { Readiness } from "../../../src/observability/readiness.ts";
import type { WebhookDependencies } from "../../../src/webhook/build-webhook.ts";
import type { WebhookServer, WebhookServerOptions } from "../../../src/webhook/server.ts";
import { startWebhookServer } from "../../../src/webhook/server.ts";
import type { ServingCertificate, ServingCertificateSource } from "../../../src/webhook/serving-certificate.ts";
import type { WebhookFixture } from "./webhook-fixture.ts";
import { podNamed, reviewOf, webhookDependencies } from "./webhook-fixture.ts";

/** A certificate authority; PEM. */
export async function createAuthority(name: string): Promise<ServingCertificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { certificate: cert, key };
}

/** A certificate for 127.0.0.1 and this DNS name, signed by the authority; PEM. */
export async function issue(
  authority: ServingCertificate,
  commonName: string,
  dns: string,
): Promise<ServingCertificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    ca: { cert: authority.certificate, key: authority.key },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: dns },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { certificate: cert, key };
}

export interface RunningWebhook extends WebhookFixture {
  readonly server: WebhookServer;
  readonly readiness: Readiness;
  readonly ca: string;
  readonly authority: ServingCertificate;
  /** Makes the certificate source announce a new certificate. */
  readonly replace: (certificate: ServingCertificate) => void;
}

/** Starts a webhook on a free port of the loopback interface. */
export async function startTestServer(
  options: Partial<WebhookServerOptions> = {},
  overrides: Partial<WebhookDependencies> = {},
): Promise<RunningWebhook> {
  const authority = await createAuthority("test CA");
  const certificate = await issue(authority, "webhook", "webhook.test");
  const listeners = new Set<(certificate: ServingCertificate) => void>();
  const certificates: ServingCertificateSource = {
    current: () => certificate,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const readiness = createReadiness([]);
  const fixture = webhookDependencies(overrides);
  const server = await startWebhookServer(
    { ...fixture.dependencies, operationMetrics: fixture.metrics.operation, certificates, readiness },
    { host: "127.0.0.1", port: 0, stopTimes: { grace: 0, drain: 0 }, ...options },
  );
  const replace = (next: ServingCertificate): void => {
    for (const listener of listeners) listener(next);
  };
  return { ...fixture, server, readiness, ca: authority.certificate, authority, replace };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Serial number of the certificate that the server showed. */
  readonly serial: string;
  /** Whether the connection had served a request before. */
  readonly reused: boolean;
}

const review = JSON.stringify(reviewOf(podNamed("web")));

/** Thrown where a connection was never established, so that no request can have been lost on it. */
export class NotConnectedError extends Error {}

/** Asks for one pod. */
export async function ask(port: number, options: RequestOptions): Promise<Answer> {
  const call = request({
    host: "127.0.0.1",
    port,
    path: "/mutate/namespace?timeout=5s",
    method: "POST",
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(review) },
    ...options,
  });
  const connection = { established: false };
  call.once("socket", (socket) => {
    connection.established = call.reusedSocket;
    if (call.reusedSocket) return;
    socket.once("secureConnect", () => {
      connection.established = true;
    });
  });
  call.end(review);
  try {
    const [response] = (await once(call, "response")) as [IncomingMessage];
    const serial = response.socket instanceof TLSSocket ? response.socket.getPeerCertificate().serialNumber : "";
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const { statusCode = 0, headers } = response;
    return { status: statusCode, body: Buffer.concat(chunks).toString(), headers, serial, reused: call.reusedSocket };
  } catch (cause) {
    if (connection.established) throw cause;
    throw new NotConnectedError("not connected", { cause });
  }
}

export interface Load {
  /** Ends the load; what was answered, and what went wrong. */
  stop(): Promise<{ readonly answers: readonly Answer[]; readonly errors: readonly unknown[] }>;
  /** So many answers up to now. */
  count(): number;
}

/** Keeps asking over so many keep-alive connections, each with its next request when the last is answered. */
export function startLoad(port: number, ca: string, connections: number): Load {
  const answers: Answer[] = [];
  const errors: unknown[] = [];
  let stopping = false;
  const worker = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
    while (!stopping) {
      try {
        answers.push(await ask(port, { agent }));
      } catch (error) {
        if (error instanceof NotConnectedError) break;
        errors.push(error);
      }
    }
    agent.destroy();
  };
  const workers = Array.from({ length: connections }, worker);
  return {
    count: () => answers.length,
    stop: async () => {
      stopping = true;
      await Promise.all(workers);
      return { answers, errors };
    },
  };
}
