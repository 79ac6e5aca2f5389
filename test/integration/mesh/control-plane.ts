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
import { readObject } from "../../../src/control-plane/kubernetes/read-object.ts";
import type { ObjectKind } from "../../../src/control-plane/model/cluster-object.ts";
import type { JsonObject } from "../../../src/json-value.ts";
import { createMeshOfObjects } from "../../../src/serve/mesh-of-objects.ts";
import type { MeshResources } from "../../../src/control-plane/xds/resource-source.ts";
import type { WorkloadCertificate } from "../../../src/control-plane/xds/secrets.ts";
import type { TranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import { createDiscoveryMetrics } from "../../../src/observability/discovery-metrics.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { FakeMesh, trustDomain } from "../../mesh/fake-mesh.ts";
import { serveCalls } from "../envoy/serve-calls.ts";

/** A Kubernetes object. */
export interface ClusterObject {
  readonly kind: ObjectKind;
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonObject;
}

/** Shorter than in a cluster, where sidecars are more and farther away. */
const stageMs = 2_000;

/** What a control plane starts with. */
export interface ControlPlaneStart {
  /** A mesh that is stated outright, or the objects of a cluster. */
  readonly mesh: MeshStatement | readonly ClusterObject[];
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

interface MeshOfTest {
  readonly source: MeshResources;
  readonly state: (statement: MeshStatement) => void;
  readonly apply: (objects: readonly ClusterObject[]) => void;
}

let running: (MeshOfTest & { readonly server: DiscoveryServer }) | undefined;
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

const metrics = createDiscoveryMetrics(new Registry());

const liveSecrets = {
  certificate: (identity: string) => secrets.certificates[identity],
  trustBundle: () => secrets.trustBundle,
};

function unfit(): never {
  throw new Error("the mesh was started as something else");
}

function stated(statement: MeshStatement, settings: TranslationSettings): MeshOfTest {
  const mesh = new FakeMesh(statement);
  const source = createResourceSource({
    mesh,
    secrets: liveSecrets,
    settings,
    onFault: createFaultRecorder(log, metrics),
  });
  const state = (next: MeshStatement): void => {
    source.meshChanged(mesh.replace(next));
  };
  return { source, state, apply: unfit };
}

function ofObjects(objects: readonly ClusterObject[], translation: TranslationSettings): MeshOfTest {
  const mesh = createMeshOfObjects({
    settings: { trustDomain, rootNamespace: "outrigger-system", opaquePorts: [] },
    translation,
    issuer: { ...liveSecrets, subscribe: () => () => undefined },
    clock: systemClock,
    log,
    metrics,
    stageMs,
  });
  const apply = (given: readonly ClusterObject[]): void => {
    mesh.take(
      given.map(({ kind, namespace, name, object }) => {
        const whole = { ...object, metadata: { ...(object["metadata"] as object | undefined), namespace, name } };
        return readObject(kind, `${namespace}/${name}`, whole);
      }),
    );
  };
  apply(objects);
  mesh.serve();
  return { source: mesh.resources, state: unfit, apply };
}

function isStatement(mesh: ControlPlaneStart["mesh"]): mesh is MeshStatement {
  return "services" in mesh;
}

export const controlPlaneFunctions = {
  start: async (given: ControlPlaneStart): Promise<void> => {
    secrets = given;
    const mesh = isStatement(given.mesh) ? stated(given.mesh, given.settings) : ofObjects(given.mesh, given.settings);
    const server = createDiscoveryServer({
      source: mesh.source,
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
    running = { ...mesh, server };
  },
  /** The mesh is this from now on. */
  state: (statement: MeshStatement): void => {
    started().state(statement);
  },
  /** These objects come, or change. */
  apply: (objects: readonly ClusterObject[]): void => {
    started().apply(objects);
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
