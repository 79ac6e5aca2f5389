/**
 * A control plane, whatever its objects, tokens and roots come from: the parts, the order in which they start, and when it
 * is ready.
 */
import { Registry } from "prom-client";
import type { Clock } from "../clock.ts";
import { createDiscoveryServer } from "../control-plane/ads/discovery-server.ts";
import { defaultDiscoverySettings } from "../control-plane/ads/discovery-settings.ts";
import type { Authenticator } from "../control-plane/identity/authenticator.ts";
import type { IdentityPolicy } from "../control-plane/identity/identity-policy.ts";
import type { SubjectName } from "../control-plane/identity/issue-certificate.ts";
import { createServerCertificate } from "../control-plane/identity/server-certificate.ts";
import type { AuthoritySource } from "../control-plane/identity/signing-authority.ts";
import type { WorkloadIssuer } from "../control-plane/identity/workload-issuer.ts";
import { createWorkloadIssuer } from "../control-plane/identity/workload-issuer.ts";
import type { ObjectSource, TakeChanges } from "../control-plane/kubernetes/object-source.ts";
import type { MeshSettings } from "../control-plane/model/mesh-state.ts";
import { createPages } from "../control-plane/pages/pages.ts";
import { envoyRegistry } from "../envoy-api/registry.ts";
import type { Page } from "../control-plane/pages/pages-app.ts";
import type { TranslationSettings } from "../control-plane/xds/translation-settings.ts";
import { createDiscoveryMetrics } from "../observability/discovery-metrics.ts";
import type { IdentityMetrics } from "../observability/identity-metrics.ts";
import { createIdentityMetrics } from "../observability/identity-metrics.ts";
import type { Log } from "../observability/logger.ts";
import type { ProcessMetrics } from "../observability/process-metrics.ts";
import { createProcessMetrics } from "../observability/process-metrics.ts";
import type { Readiness, ReadinessCondition } from "../observability/readiness.ts";
import { createReadiness } from "../observability/readiness.ts";
import { version } from "../version.ts";
import type { MeshOfObjects } from "./mesh-of-objects.ts";
import { createMeshOfObjects } from "./mesh-of-objects.ts";

/** What surrounds it, by where it runs. */
export interface Surroundings {
  readonly settings: MeshSettings;
  readonly translation: TranslationSettings;
  readonly policy: IdentityPolicy;
  readonly authenticator: Authenticator;
  readonly authorities: AuthoritySource;
  /** What proxies may call the server by. */
  readonly serverNames: readonly SubjectName[];
  readonly objects: (take: TakeChanges) => ObjectSource;
  /** How proxies learn whom to trust. */
  readonly trust: (issuer: WorkloadIssuer, metrics: IdentityMetrics) => TrustPublisher;
  /** How the objects' writers learn what has become of them. */
  readonly reporter: (mesh: MeshOfObjects) => Reporter;
}

/** Tells the writers of objects what has become of them. */
export interface Reporter {
  start(): void;
  /** Resolves when another replica may go on. */
  stop(): Promise<void>;
}

/** Brings the roots to where proxies find them before they have connected. */
export interface TrustPublisher {
  start(): void;
  stop(): void;
  /** Why it has not done so yet, as a sentence without its full stop; undefined where it has. */
  unready(): string | undefined;
}

export interface ControlPlaneOptions {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
}

export interface ControlPlane {
  readonly registry: Registry;
  readonly metrics: ProcessMetrics;
  readonly readiness: Readiness;
  /** Pages for whoever looks it over. */
  readonly pages: Readonly<Record<string, Page>>;
  /** Begins; resolves to the port, when it listens. Ready by itself once everything has been read. */
  start(port: number, host?: string): Promise<number>;
  stop(): Promise<void>;
}

/** Puts the parts together; nothing happens before `start()`. */
export function createControlPlane({ surroundings, ...common }: ControlPlaneOptions): ControlPlane {
  const { settings, translation, policy, authenticator, authorities, serverNames } = surroundings;
  const registry = new Registry();
  const metrics = createProcessMetrics(registry, version);
  const identityMetrics = createIdentityMetrics(registry);
  const issuer = createWorkloadIssuer({ ...common, authorities, policy, metrics: identityMetrics });
  const certificate = createServerCertificate({ ...common, authorities, names: serverNames, policy });
  const discoveryMetrics = createDiscoveryMetrics(registry);
  const mesh = createMeshOfObjects({ ...common, settings, translation, issuer, metrics: discoveryMetrics });
  const objects = surroundings.objects(mesh.take);
  const trust = surroundings.trust(issuer, identityMetrics);
  const reporter = surroundings.reporter(mesh);
  const server = createDiscoveryServer({
    ...common,
    authenticator,
    trustDomain: settings.trustDomain,
    prepare: ({ identity }) => issuer.acquire(identity),
    source: mesh.resources,
    certificate,
    metrics: discoveryMetrics,
    settings: defaultDiscoverySettings,
  });
  mesh.onDeparture((pods) => {
    server.depart(pods);
  });
  const readiness = createReadiness([
    { name: "objects", unmet: () => (objects.synced() ? undefined : "the mesh's objects have not been read yet") },
    {
      name: "certificate",
      unmet: () => (certificate.current() === undefined ? "there is no certificate of its own yet" : undefined),
    },
    trustCondition(trust),
  ]);
  return {
    registry,
    metrics,
    readiness,
    pages: createPages({ server, secrets: issuer, certificate, model: mesh.model }),
    start: async (port, host) => {
      objects.start();
      // Read now, while the API server answers, and not when the first proxies wait for it.
      envoyRegistry();
      // Not awaited: without an API server the process must still answer probes, and say why it is not ready.
      void authorities.start().then(() => certificate.start());
      issuer.start();
      trust.start();
      reporter.start();
      // A proxy that connected earlier would be told of a mesh without Services, and pass everything on as unknown.
      await objects.whenSynced();
      mesh.serve();
      return await server.listen(port, host);
    },
    stop: async () => {
      readiness.stop();
      await Promise.all([server.stop(), reporter.stop()]);
      mesh.stop();
      trust.stop();
      issuer.stop();
      certificate.stop();
      authorities.stop();
      objects.stop();
    },
  };
}

function trustCondition(trust: TrustPublisher): ReadinessCondition {
  return { name: "trust", unmet: () => trust.unready() };
}
