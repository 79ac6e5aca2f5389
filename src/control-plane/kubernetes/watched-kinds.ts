/** The kinds of objects that the mesh is made of, and where the API server has them. */
import { domain } from "../../injection/keys.ts";
import type { ObjectKind } from "../model/cluster-object.ts";
import { gatewayGroup } from "./routes/gateway-group.ts";

export interface WatchedKind {
  readonly kind: ObjectKind;
  readonly apiVersion: string;
  /** Those that will do where {@link apiVersion} is not served. */
  readonly olderVersions: readonly string[];
  /** As in an object's `kind`. */
  readonly name: string;
  /** The collection of all namespaces. */
  readonly path: string;
  readonly namespaced: boolean;
  /** Whether metadata is all that is read. */
  readonly metadataOnly: boolean;
  /** Whether a cluster may be without it. */
  readonly optional: boolean;
}

/** The collection of all namespaces in each version that will do, the best first. */
export function pathsOf({ apiVersion, olderVersions, path }: WatchedKind): readonly string[] {
  return [path, ...olderVersions.map((older) => path.replace(`/${apiVersion}/`, `/${older}/`))];
}

const builtIn = { namespaced: true, metadataOnly: false, optional: false, olderVersions: [] };
const meshApi = `${domain}/v1alpha1`;
const gatewayApi = `${gatewayGroup}/v1`;
const discovery = "discovery.k8s.io/v1";

export const watchedKinds: readonly WatchedKind[] = [
  {
    ...builtIn,
    kind: "namespace",
    apiVersion: "v1",
    name: "Namespace",
    path: "/api/v1/namespaces",
    namespaced: false,
    metadataOnly: true,
  },
  { ...builtIn, kind: "node", apiVersion: "v1", name: "Node", path: "/api/v1/nodes", namespaced: false },
  { ...builtIn, kind: "pod", apiVersion: "v1", name: "Pod", path: "/api/v1/pods" },
  { ...builtIn, kind: "service", apiVersion: "v1", name: "Service", path: "/api/v1/services" },
  {
    ...builtIn,
    kind: "slice",
    apiVersion: discovery,
    name: "EndpointSlice",
    path: `/apis/${discovery}/endpointslices`,
  },
  {
    ...builtIn,
    kind: "meshTls",
    apiVersion: meshApi,
    name: "MeshTLS",
    path: `/apis/${meshApi}/meshtls`,
    optional: true,
  },
  ...[
    { kind: "httpRoute", name: "HTTPRoute", plural: "httproutes", older: [] } as const,
    { kind: "grpcRoute", name: "GRPCRoute", plural: "grpcroutes", older: [] } as const,
    { kind: "tcpRoute", name: "TCPRoute", plural: "tcproutes", older: [] } as const,
    { kind: "referenceGrant", name: "ReferenceGrant", plural: "referencegrants", older: ["v1beta1"] } as const,
  ].map(({ kind, name, plural, older }) => ({
    ...builtIn,
    olderVersions: older.map((version) => `${gatewayGroup}/${version}`),
    kind,
    name,
    apiVersion: gatewayApi,
    path: `/apis/${gatewayApi}/${plural}`,
    optional: true,
  })),
  {
    ...builtIn,
    kind: "trafficPolicy",
    apiVersion: meshApi,
    name: "TrafficPolicy",
    path: `/apis/${meshApi}/trafficpolicies`,
    optional: true,
  },
];
