/** The objects that decide what becomes of requests, from manifests or from a cluster. */
import { readManifestFile } from "../control-plane/kubernetes/manifest-objects.ts";
import { readObject } from "../control-plane/kubernetes/read-object.ts";
import { pathsOf, watchedKinds } from "../control-plane/kubernetes/watched-kinds.ts";
import type { WatchedKind } from "../control-plane/kubernetes/watched-kinds.ts";
import { defaultMeshConfig } from "../config/defaults.ts";
import type { MeshConfig } from "../config/schema.ts";
import { readMeshConfig } from "../diagnosis/live-context.ts";
import { readConfigMap } from "../diagnosis/read-cluster.ts";
import type { ObjectChange, ObjectKind } from "../control-plane/model/cluster-object.ts";
import type { JsonObject } from "../json-value.ts";
import { isJsonObject } from "../json-value.ts";
import type { KubernetesApi, KubernetesObject } from "../kubernetes/api.ts";
import { isNotFound } from "../kubernetes/api.ts";
import { listObjects } from "../kubernetes/list-pages.ts";
import type { Problem } from "../problem.ts";

/** What decides where requests go; endpoints and pods have no part in it. */
export const routingKinds: readonly ObjectKind[] = [
  "namespace",
  "service",
  "httpRoute",
  "grpcRoute",
  "tcpRoute",
  "referenceGrant",
  "trafficPolicy",
];

/** What decides as well what is behind a Service. */
export const serviceKinds: readonly ObjectKind[] = [...routingKinds, "slice", "pod", "node", "meshTls"];

export interface FoundObjects {
  readonly changes: readonly ObjectChange[];
  /** Of manifests that are no objects. */
  readonly problems: readonly Problem[];
}

/** Those of manifests. A Service that has no IP yet, as a cluster would give it one, gets one that nobody has. */
export function readManifests(
  files: readonly { readonly file: string; readonly text: string }[],
  kinds: readonly ObjectKind[] = routingKinds,
): FoundObjects {
  const read = files.map(({ file, text }) => readManifestFile(file, text));
  const objects = read.flatMap((file) => file.objects).filter(({ kind }) => kinds.includes(kind));
  return {
    changes: objects.map(({ kind, key, object }, index) =>
      readObject(kind, key, kind === "service" ? withAddress(object, index) : object),
    ),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function withAddress(object: JsonObject, index: number): JsonObject {
  const spec = isJsonObject(object["spec"]) ? object["spec"] : {};
  if (spec["clusterIP"] !== undefined || spec["clusterIPs"] !== undefined || spec["type"] === "ExternalName")
    return object;
  // Of 198.18.0.0/15, which is for benchmarks (RFC 2544).
  return { ...object, spec: { ...spec, clusterIP: `198.18.${Math.floor(index / 256) % 256}.${index % 256}` } };
}

/** @throws ApiError for what may not be listed */
export async function readCluster(
  api: KubernetesApi,
  kinds: readonly ObjectKind[] = routingKinds,
): Promise<FoundObjects> {
  const lists = await Promise.all(
    watchedKinds.filter(({ kind }) => kinds.includes(kind)).map((kind) => listKind(api, kind)),
  );
  return { changes: lists.flat(), problems: [] };
}

async function listKind(api: KubernetesApi, kind: WatchedKind): Promise<readonly ObjectChange[]> {
  for (const path of pathsOf(kind)) {
    try {
      const { objects } = await listObjects(api, { path, query: {} });
      return objects.map((object) => readObject(kind.kind, keyOf(kind, object), object as JsonObject));
    } catch (error) {
      // Another version, or the kind is not installed.
      if (!isNotFound(error)) throw error;
    }
  }
  return [];
}

function keyOf({ namespaced }: WatchedKind, { metadata }: KubernetesObject): string {
  const name = metadata?.name ?? "";
  return namespaced ? `${metadata?.namespace ?? ""}/${name}` : name;
}

/** The mesh config that is in force; the built-in defaults where nothing is installed. */
export async function readClusterConfig(api: KubernetesApi): Promise<MeshConfig> {
  try {
    const config = readMeshConfig(await readConfigMap(api));
    return config.ok ? config.value : defaultMeshConfig;
  } catch (error) {
    if (isNotFound(error)) return defaultMeshConfig;
    throw error;
  }
}
