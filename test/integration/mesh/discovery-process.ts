/**
 * The process that is a control plane with a real identity: roots of its own, a certificate that it renews all the time,
 * the file by which sidecars trust it, tokens from a folder. Only its resources are the test's.
 */
import { X509Certificate } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import pino from "pino";
import { Registry } from "prom-client";
import { systemClock } from "../../../src/clock.ts";
import type { DiscoveryServer, ServerCertificate } from "../../../src/control-plane/ads/discovery-server.ts";
import { createDiscoveryServer } from "../../../src/control-plane/ads/discovery-server.ts";
import { defaultDiscoverySettings } from "../../../src/control-plane/ads/discovery-settings.ts";
import type { TypeStatus } from "../../../src/control-plane/ads/stream-state.ts";
import type { TypeUrl } from "../../../src/control-plane/ads/resource-source.ts";
import { createFolderAuthenticator } from "../../../src/control-plane/identity/folder-authenticator.ts";
import type { LocalAuthorities } from "../../../src/control-plane/identity/local-authorities.ts";
import { createLocalAuthorities } from "../../../src/control-plane/identity/local-authorities.ts";
import { createServerCertificate } from "../../../src/control-plane/identity/server-certificate.ts";
import { trustBundleOf, trustFile } from "../../../src/control-plane/identity/trust-bundle.ts";
import { createDiscoveryMetrics } from "../../../src/observability/discovery-metrics.ts";
import { PlayedSource } from "../../unit/control-plane/ads/played-source.ts";
import { serveCalls } from "../envoy/serve-calls.ts";

/** Where it listens, and where the files for the sidecar and its tokens are. */
export interface DiscoveryStart {
  readonly host: string;
  readonly port: number;
  readonly trustFolder: string;
  readonly tokenFolder: string;
}

export interface LoggedLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A certificate is due again as soon as it was made, so it is renewed at every look. */
const policy = { rootLifetimeMs: 86_400_000, leafLifetimeMs: 60_000, propagationMs: 1_500, pollMs: 250 };

const lines: LoggedLine[] = [];
const log = pino({ level: "debug" }, { write: (line: string) => lines.push(JSON.parse(line) as LoggedLine) });
const common = { policy, clock: systemClock, random: Math.random, log };
const source = new PlayedSource();
let parts: { readonly authorities: LocalAuthorities; readonly certificate: ServerCertificate } | undefined;
let server: DiscoveryServer | undefined;
let given: DiscoveryStart | undefined;

async function identity({ host, trustFolder }: DiscoveryStart): Promise<NonNullable<typeof parts>> {
  const authorities = createLocalAuthorities({ ...common, trustDomain: "cluster.local" });
  await authorities.start();
  const writeTrust = (): void => {
    // In one step, as a projected volume does; only that wakes who watches the folder.
    writeFileSync(join(trustFolder, "root.yaml.new"), trustFile(trustBundleOf(authorities.current())));
    renameSync(join(trustFolder, "root.yaml.new"), join(trustFolder, "root.yaml"));
  };
  writeTrust();
  authorities.onChange(writeTrust);
  const names = [{ type: isIP(host) === 0 ? ("dns" as const) : ("ip" as const), value: host }];
  const certificate = createServerCertificate({ ...common, authorities, names });
  await certificate.start();
  return { authorities, certificate };
}

export const discoveryFunctions = {
  /** Starts, or starts again after `stop`, with the same roots and resources. */
  start: async (start?: DiscoveryStart): Promise<void> => {
    given = start ?? given;
    if (given === undefined) throw new Error("the first start says where");
    parts ??= await identity(given);
    server = createDiscoveryServer({
      source,
      authenticator: createFolderAuthenticator(given.tokenFolder),
      trustDomain: "cluster.local",
      prepare: () => () => undefined,
      random: Math.random,
      clock: systemClock,
      log,
      metrics: createDiscoveryMetrics(new Registry()),
      certificate: parts.certificate,
      settings: { ...defaultDiscoverySettings, drainMs: 0 },
    });
    await server.listen(given.port);
  },
  stop: async (): Promise<void> => {
    await server?.stop();
  },
  set: (type: TypeUrl, version: string, json: Readonly<Record<string, unknown>>): void => {
    source.set(type, version, json);
  },
  setWildcard: (type: TypeUrl, names: readonly string[]): void => {
    source.setWildcard(type, ...names);
  },
  /** A new root, over the usual steps. */
  rotate: async (): Promise<void> => {
    await parts?.authorities.rotate();
  },
  /** Who signed the certificate that new connections get. */
  signer: (): string => new X509Certificate(parts?.certificate.current()?.certificate ?? "").issuer,
  types: (): readonly TypeStatus[] => server?.proxies()[0]?.types ?? [],
  /** What has been logged since the last time. */
  logged: (): readonly LoggedLine[] => lines.splice(0),
} as const;

export type DiscoveryFunctions = typeof discoveryFunctions;

if (import.meta.main) serveCalls(discoveryFunctions);
