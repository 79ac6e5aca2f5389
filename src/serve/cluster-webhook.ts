/**
 * The webhook in a cluster: namespaces from a watch, certificates shared by the replicas and trusted by the webhook
 * configuration, Events on the pods' owners, the server's version for native sidecars.
 */
import { createHmac, randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import { Registry } from "prom-client";
import { defaultCertificatePolicy } from "../certificates/certificate-policy.ts";
import { namesOfService } from "../certificates/issue.ts";
import type { CertificateOrigin } from "../certificates/webhook-certificates.ts";
import { createWebhookCertificates } from "../certificates/webhook-certificates.ts";
import type { Terminal } from "../cli/command.ts";
import { systemClock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { createEventRecorder } from "../kubernetes/event-recorder.ts";
import type { RecordedEvent } from "../kubernetes/event-series.ts";
import { createNamespaceStore } from "../kubernetes/namespaces.ts";
import { createServerVersionStore, runsNativeSidecars } from "../kubernetes/server-version.ts";
import type { IpFamily } from "../net/cidr.ts";
import { startLogging } from "../observability/logger.ts";
import { createMetrics } from "../observability/metrics.ts";
import { createReadiness } from "../observability/readiness.ts";
import type { Problem } from "../problem.ts";
import { formatProblem } from "../problem.ts";
import { version } from "../version.ts";
import { createCaretaking } from "./caretaking.ts";
import { countCertificates } from "./certificate-observer.ts";
import { connectOrFail } from "./connect.ts";
import { LiveContext } from "./live-context.ts";
import { webhookConfigurations } from "./self-care.ts";
import type { RunningWebhook } from "./run-webhook.ts";
import { runWebhook } from "./run-webhook.ts";
import type { WebhookOptions } from "./webhook-options.ts";

const standardOutput = 1;

/** How long the last Events may take when the process stops. */
const eventDrainMs = 2_000;

function certificateOrigin(options: WebhookOptions, api: KubernetesApi, namespace: string): CertificateOrigin {
  const { required, advisory } = webhookConfigurations(options.webhookConfiguration);
  const cluster = { api, configurations: required, advisory };
  return options.certificateDirectory === undefined
    ? {
        kind: "shared-secret",
        names: namesOfService(options.service, namespace),
        secret: { namespace, name: options.secret },
        cluster,
      }
    : { kind: "files", folder: options.certificateDirectory, cluster };
}

/** The families of the webhook's own pod, which are those of the pod network. */
function readIpFamilies(addresses: string | undefined): readonly IpFamily[] {
  const families = (addresses ?? "").split(",").filter((address) => address !== "");
  if (families.length === 0) return ["IPv4"];
  return [...new Set(families.map((address): IpFamily => (isIPv6(address) ? "IPv6" : "IPv4")))];
}

/** The Event of a rejected mesh config, on the pod that rejects it. */
function configEvent(problems: readonly Problem[], namespace: string, pod: string): RecordedEvent {
  return {
    type: "Warning",
    reason: "MeshConfigRejected",
    message: `the last good mesh config stays in force: ${problems.map(formatProblem).join(", ")}`.slice(0, 900),
    target: { apiVersion: "v1", kind: "Pod", namespace, name: pod },
  };
}

/** Replicas must give the same pod the same drain path, and the path must not tell the key that it comes from. */
function deriveDrainKey(sharedKey: string): string {
  return createHmac("sha256", sharedKey).update("drain path").digest("hex");
}

/** Starts it. Becomes ready by itself once namespaces are listed and the API server trusts the certificate. */
export async function startClusterWebhook(options: WebhookOptions, terminal: Terminal): Promise<RunningWebhook> {
  const { environment } = terminal;
  const meshNamespace = environment["POD_NAMESPACE"] ?? "outrigger-system";
  const logging = startLogging(options.logLevel, standardOutput);
  const { log } = logging;
  const registry = new Registry();
  const metrics = createMetrics(registry, version);
  const api = await connectOrFail(options.kubeconfig, environment);
  const common = { api, clock: systemClock, random: Math.random, log };

  const events = createEventRecorder({
    ...common,
    reporter: {
      controller: "outrigger.dev/injector",
      instance: environment["POD_NAME"] ?? "outrigger-injector",
      action: "Inject",
    },
    onDropped: (count) => {
      metrics.operation.eventDropped(count);
    },
  });
  const context = new LiveContext({
    path: options.config,
    surroundings: {
      version,
      meshNamespace,
      // Every Kubernetes that is still maintained runs them; corrected below as soon as the API server answers.
      nativeSidecars: true,
      ownIpFamilies: readIpFamilies(environment["POD_IPS"]),
      drainKey: randomBytes(32).toString("hex"),
    },
    log,
    metrics: metrics.operation,
    onReload: () => {
      caretaking.configChanged();
    },
    onRejected: (problems) => {
      events.record(configEvent(problems, meshNamespace, environment["POD_NAME"] ?? ""));
    },
  });
  await context.start();

  const server = createServerVersionStore({
    ...common,
    onChange: (found) => {
      context.update({ nativeSidecars: runsNativeSidecars(found) });
      log.info({ ...found, nativeSidecars: runsNativeSidecars(found) }, "kubernetes version");
    },
  });
  const namespaces = createNamespaceStore({
    ...common,
    onReconnect: () => {
      server.refresh();
    },
  });
  const certificates = createWebhookCertificates({
    ...common,
    origin: certificateOrigin(options, api, meshNamespace),
    observer: countCertificates(metrics.operation),
    policy: defaultCertificatePolicy,
  });
  certificates.source.onChange(() => {
    const key = certificates.sharedKey();
    if (key !== undefined) context.update({ drainKey: deriveDrainKey(key) });
  });
  const caretaking = createCaretaking({
    ...common,
    options,
    version,
    meshNamespace,
    podName: environment["POD_NAME"],
    context: () => context.get(),
    namespaces,
    metrics,
    events,
  });
  const readiness = createReadiness([
    { name: "certificate", unmet: () => certificates.unready() },
    { name: "namespaces", unmet: () => (namespaces.synced() ? undefined : "the namespaces have not been listed yet") },
    {
      name: "kubernetes-version",
      unmet: () => (server.current() === undefined ? "the API server has not told its version yet" : undefined),
    },
    ...caretaking.conditions,
  ]);

  namespaces.start();
  // Not awaited: without an API server the process must still answer probes, and say why it is not ready.
  void server.start();
  void certificates.start();
  caretaking.start();
  return await runWebhook({
    options,
    logging,
    registry,
    metrics,
    readiness,
    certificates: certificates.source,
    context,
    namespace: (name) => namespaces.get(name),
    events,
    close: async () => {
      await caretaking.stop();
      namespaces.stop();
      server.stop();
      certificates.stop();
      await events.stop(eventDrainMs);
      await context.close();
    },
  });
}
