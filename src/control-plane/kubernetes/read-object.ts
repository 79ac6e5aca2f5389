/** From any Kubernetes object that the mesh looks at to a change that the model takes. */
import type { JsonObject } from "../../json-value.ts";
import { isJsonObject } from "../../json-value.ts";
import type { Problem } from "../../problem.ts";
import type { ClusterObjects, ObjectChange, ObjectKind } from "../model/cluster-object.ts";
import { Field } from "./field.ts";
import { readMeshTls } from "./read-mesh-tls.ts";
import { readNamespace } from "./read-namespace.ts";
import { readNode } from "./read-node.ts";
import { readPod } from "./read-pod.ts";
import { readService } from "./read-service.ts";
import { readSlice } from "./read-slice.ts";
import { readGrpcRoute } from "./routes/read-grpc-route.ts";
import { readHttpRoute } from "./routes/read-http-route.ts";
import { readTcpRoute } from "./routes/read-tcp-route.ts";
import type { ReportedKindName } from "./status/reported-kinds.ts";
import { isReported, reportedKinds } from "./status/reported-kinds.ts";
import { digestOf } from "./status/status-form.ts";
import { readReferenceGrant } from "./routes/read-reference-grant.ts";
import { readTrafficPolicy } from "./read-traffic-policy.ts";

const readers: { readonly [K in ObjectKind]: (object: Field) => ClusterObjects[K] | undefined } = {
  namespace: readNamespace,
  node: readNode,
  pod: readPod,
  service: readService,
  slice: readSlice,
  meshTls: readMeshTls,
  httpRoute: readHttpRoute,
  grpcRoute: readGrpcRoute,
  tcpRoute: readTcpRoute,
  referenceGrant: readReferenceGrant,
  trafficPolicy: readTrafficPolicy,
};

/** An object came or changed. Never throws, whatever it is: what is wrong with it is in the change. */
export function readObject(kind: ObjectKind, key: string, object: JsonObject): ObjectChange {
  const problems: Problem[] = [];
  const read = readers[kind](new Field(object, "", problems));
  const change = {
    kind,
    key,
    object: read,
    problems: distinct(problems),
    ...(isReported(kind) && readReported(kind, object)),
  };
  return change as ObjectChange;
}

/** Only an API server counts generations; an object from a file has none, and nobody reads its status. */
function readReported(
  kind: ReportedKindName,
  { metadata, status }: JsonObject,
): Pick<ObjectChange, "generation" | "told"> {
  const generation = isJsonObject(metadata) ? metadata["generation"] : undefined;
  return typeof generation === "number" ? { generation, told: digestOf(reportedKinds[kind].form.said(status)) } : {};
}

/** An object is gone. */
export function removedObject(kind: ObjectKind, key: string): ObjectChange {
  return { kind, key, object: undefined, problems: [] };
}

/** A field that is read twice is reported twice. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem])).values()];
}
