/**
 * The process that is the control plane of the tests: the real translation and the real discovery server, over a mesh that
 * the test states, with tokens that say `<namespace>/<service account>/<pod>` and are believed.
 */
import pino from "pino";
import { Registry } from "prom-client";
import { systemClock } from "../../../src/clock.ts";
import type { DiscoveryServer } from "../../../src/control-plane/ads/discovery-server.ts";
import { createDiscoveryServer } from "../../../src/control-plane/ads/discovery-server.ts";
import { defaultDiscoverySettings } from "../../../src/control-plane/ads/discovery-settings.ts";
import type { Authenticator } from "../../../src/control-plane/identity/authenticator.ts";
import { createFaultRecorder } from "../../../src/control-plane/ads/fault-recorder.ts";
import { createResourceSource } from "../../../src/control-plane/xds/resource-source.ts";
import type { MeshResources } from "../../../src/control-plane/xds/resource-source.ts";
import type { WorkloadCertificate } from "../../../src/control-plane/xds/secrets.ts";
import type { TranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import { createDiscoveryMetrics } from "../../../src/observability/discovery-metrics.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { FakeMesh, trustDomain } from "../../mesh/fake-mesh.ts";
import { serveCalls } from "../envoy/serve-calls.ts";

/** What a control plane starts with. */
export interface ControlPlaneStart {
  readonly mesh: MeshStatement;
  readonly settings: TranslationSettings;
  readonly port: number;
  readonly server: { readonly certificate: string; readonly key: string };
  readonly trustBundle: string;
  /** By identity. */
  readonly certificates: Readonly<Record<string, WorkloadCertificate>>;
}

export interface LoggedLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

const lines: LoggedLine[] = [];
const log = pino({ level: "debug" }, { write: (line: string) => lines.push(JSON.parse(line) as LoggedLine) });
let running: { readonly server: DiscoveryServer; readonly source: MeshResources; readonly mesh: FakeMesh } | undefined;
let secrets: Pick<ControlPlaneStart, "trustBundle" | "certificates">;

const authenticator: Authenticator = {
  authenticate: (token) => {
    const [namespace = "", serviceAccount = "", podName = ""] = token.split("/");
    return Promise.resolve({
      ok: true,
      caller: { namespace, serviceAccount, podName, podUid: undefined, expiresAt: Infinity },
    });
  },
};

function started(): NonNullable<typeof running> {
  if (running === undefined) throw new Error("the control plane has not been started");
  return running;
}

export const controlPlaneFunctions = {
  start: async (given: ControlPlaneStart): Promise<void> => {
    secrets = given;
    const mesh = new FakeMesh(given.mesh);
    const metrics = createDiscoveryMetrics(new Registry());
    const source = createResourceSource({
      mesh,
      secrets: {
        certificate: (identity) => secrets.certificates[identity],
        trustBundle: () => secrets.trustBundle,
      },
      settings: given.settings,
      onFault: createFaultRecorder(log, metrics),
    });
    const server = createDiscoveryServer({
      source,
      authenticator,
      trustDomain,
      prepare: () => () => undefined,
      random: () => 0.5,
      clock: systemClock,
      log,
      metrics,
      certificate: { current: () => given.server, onChange: () => () => undefined },
      settings: { ...defaultDiscoverySettings, drainMs: 0 },
    });
    await server.listen(given.port);
    running = { server, source, mesh };
  },
  /** The mesh is this from now on. */
  state: (statement: MeshStatement): void => {
    const { mesh, source } = started();
    source.meshChanged(mesh.replace(statement));
  },
  /** Everybody has new certificates. */
  renew: (renewed: typeof secrets): void => {
    secrets = renewed;
    started().source.secretsChanged("all");
  },
  /** What has been logged since the last time. */
  logged: (): readonly LoggedLine[] => lines.splice(0),
  stop: async (): Promise<void> => {
    await started().server.stop();
  },
} as const;

export type ControlPlaneFunctions = typeof controlPlaneFunctions;

if (import.meta.main) serveCalls(controlPlaneFunctions);
