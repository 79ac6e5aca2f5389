/**
 * A webhook of two or more replicas that puts a label on pods: as little as shows that the API server could call it, and
 * served with the certificates under test. Each call makes a new connection, so that each call judges a certificate.
 */
import { once } from "node:events";
import { createServer } from "node:https";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CertificatePolicy } from "../../../src/certificates/certificate-policy.ts";
import { silentObserver } from "../../../src/certificates/certificate-source.ts";
import { loopbackNames } from "../../../src/certificates/issue.ts";
import { serveCurrentCertificate } from "./serve-current-certificate.ts";
import type { SecretLocation } from "../../../src/certificates/authority-secret.ts";
import type { ConfigurationReference } from "../../../src/certificates/webhook-configuration.ts";
import type { WebhookCertificates } from "../../../src/certificates/webhook-certificates.ts";
import { createWebhookCertificates } from "../../../src/certificates/webhook-certificates.ts";
import { systemClock } from "../../../src/clock.ts";
import type { KubernetesApi } from "../../../src/kubernetes/api.ts";
import type { Log } from "../../../src/observability/logger.ts";
import type { Backend } from "../../e2e/load-balancer.ts";

export interface ReplicaOptions {
  readonly api: KubernetesApi;
  readonly log: Log;
  readonly policy: CertificatePolicy;
  readonly secret: SecretLocation;
  readonly configuration: ConfigurationReference;
}

export interface WebhookReplica {
  readonly certificates: WebhookCertificates;
  readonly backend: Backend;
  readonly calls: () => number;
  /** Lets what is in flight end first. */
  readonly stop: () => Promise<void>;
}

/** Starts one replica. */
export async function startReplica({ api, configuration, ...rest }: ReplicaOptions): Promise<WebhookReplica> {
  const { secret, log, policy } = rest;
  const certificates = createWebhookCertificates({
    origin: { kind: "shared-secret", names: loopbackNames, secret, cluster: { api, configurations: [configuration] } },
    clock: systemClock,
    random: Math.random,
    log,
    observer: silentObserver,
    policy,
  });
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    void label(request, response);
  });
  const endServing = serveCurrentCertificate(server, certificates.source);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await certificates.start();
  const { port } = server.address() as AddressInfo;
  return {
    certificates,
    backend: { port, isReady: () => Promise.resolve(certificates.unready() === undefined) },
    calls: () => calls,
    stop: async () => {
      endServing();
      certificates.stop();
      await closeServer(server);
      api.close();
    },
  };
}

async function label(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) body += chunk;
  const {
    apiVersion,
    kind,
    request: admission,
  } = JSON.parse(body) as {
    apiVersion: string;
    kind: string;
    request: { uid: string };
  };
  const patch = Buffer.from(JSON.stringify([{ op: "add", path: "/metadata/labels/labelled", value: "yes" }]));
  const answer = { uid: admission.uid, allowed: true, patchType: "JSONPatch", patch: patch.toString("base64") };
  response.writeHead(200, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ apiVersion, kind, response: answer }));
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
