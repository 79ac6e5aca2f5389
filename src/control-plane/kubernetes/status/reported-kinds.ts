/** The kinds of objects whose status the mesh writes, where the API server has them, and in which form. */
import { domain } from "../../../injection/keys.ts";
import type { ObjectKind } from "../../model/cluster-object.ts";
import { gatewayGroup } from "../routes/gateway-group.ts";
import { ancestorStatus } from "./ancestor-status.ts";
import { ownStatus } from "./own-status.ts";
import { routeStatus } from "./route-status.ts";

export interface ReportedKind {
  readonly apiVersion: string;
  /** As in the collection's path. */
  readonly plural: string;
}

const meshApi = `${domain}/v1alpha1`;
const gatewayApi = `${gatewayGroup}/v1`;

export const reportedKinds = {
  meshTls: { apiVersion: meshApi, plural: "meshtls", form: ownStatus },
  trafficPolicy: { apiVersion: meshApi, plural: "trafficpolicies", form: ancestorStatus },
  httpRoute: { apiVersion: gatewayApi, plural: "httproutes", form: routeStatus },
  grpcRoute: { apiVersion: gatewayApi, plural: "grpcroutes", form: routeStatus },
  tcpRoute: { apiVersion: gatewayApi, plural: "tcproutes", form: routeStatus },
} as const;

export type ReportedKindName = keyof typeof reportedKinds;

export function isReported(kind: ObjectKind): kind is ReportedKindName {
  return Object.hasOwn(reportedKinds, kind);
}
