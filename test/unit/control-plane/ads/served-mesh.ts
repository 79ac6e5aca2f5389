/**
 * A discovery server with everything real but its resources and its knowledge of tokens.
 */
import { Registry } from "prom-client";
import type { DiscoverySettings } from "../../../../src/control-plane/ads/discovery-settings.ts";
import { defaultDiscoverySettings } from "../../../../src/control-plane/ads/discovery-settings.ts";
import type { DiscoveryServer } from "../../../../src/control-plane/ads/discovery-server.ts";
import { createDiscoveryServer } from "../../../../src/control-plane/ads/discovery-server.ts";
import type { Authentication } from "../../../../src/control-plane/identity/authenticator.ts";
import { refused } from "../../../../src/control-plane/identity/authenticator.ts";
import { defaultIdentityPolicy } from "../../../../src/control-plane/identity/identity-policy.ts";
import type { IssuedLeaf } from "../../../../src/control-plane/identity/issue-certificate.ts";
import { issueLeaf, issueRoot } from "../../../../src/control-plane/identity/issue-certificate.ts";
import { ownRoot } from "../../../../src/control-plane/identity/signing-authority.ts";
import { systemClock } from "../../../../src/clock.ts";
import { createDiscoveryMetrics } from "../../../../src/observability/discovery-metrics.ts";
import type { CapturedLine } from "../../../captured-logger.ts";
import { captureLogger } from "../../../captured-logger.ts";
import { PlayedSource } from "./played-source.ts";

export interface ServedMesh {
  readonly server: DiscoveryServer;
  readonly source: PlayedSource;
  readonly port: number;
  /** PEM. */
  readonly root: string;
  readonly lines: readonly CapturedLine[];
  readonly metrics: () => Promise<string>;
  /** Token → answer; a token that is not there is refused. */
  readonly tokens: Map<string, Authentication>;
  /** Serves with a new certificate from now on. */
  readonly renew: () => void;
  /** How often the workload's certificate is in use. */
  readonly prepared: () => number;
}

/** The token of pod web-1 of namespace shop. */
export const goodToken = "good-token";

/** A pod's authentication, by default for an hour. */
export function authenticated(
  podName: string,
  expiresAt = Date.now() + 3_600_000,
  podUid = `uid-of-${podName}`,
): Authentication {
  return { ok: true, caller: { namespace: "shop", serviceAccount: "default", podName, podUid, expiresAt } };
}

export async function serveMesh(settings: Partial<DiscoverySettings> = {}): Promise<ServedMesh> {
  const root = ownRoot(issueRoot("cluster.local", 1, Date.now(), 86_400_000));
  const names = [{ type: "dns", value: "localhost" } as const];
  const issue = (): IssuedLeaf => issueLeaf(root, { names }, Date.now(), defaultIdentityPolicy.leafLifetimeMs);
  const first = issue();
  const tokens = new Map([[goodToken, authenticated("web-1")]]);
  const registry = new Registry();
  const source = new PlayedSource();
  const { log, lines } = captureLogger();
  let onCertificate: ((next: IssuedLeaf) => void) | undefined;
  let prepared = 0;
  const server = createDiscoveryServer({
    source,
    trustDomain: "cluster.local",
    authenticator: {
      authenticate: (token) => Promise.resolve(tokens.get(token) ?? refused("invalid-token", "nobody knows it")),
    },
    prepare: () => {
      prepared += 1;
      return () => {
        prepared -= 1;
      };
    },
    certificate: {
      current: () => first,
      onChange: (listener) => {
        onCertificate = listener;
        return () => undefined;
      },
    },
    random: Math.random,
    clock: systemClock,
    log,
    metrics: createDiscoveryMetrics(registry),
    settings: { ...defaultDiscoverySettings, drainMs: 100, ...settings },
  });
  return {
    server,
    source,
    port: await server.listen(0),
    root: root.certificate,
    lines,
    metrics: () => registry.metrics(),
    tokens,
    renew: () => {
      onCertificate?.(issue());
    },
    prepared: () => prepared,
  };
}
