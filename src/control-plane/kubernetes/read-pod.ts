/** Reduces a Pod, at once, to the little that the mesh has to know of it. */
import { memoize } from "../../bounded-memo.ts";
import { injectedLabel, statusAnnotation } from "../../injection/keys.ts";
import type { SidecarStatus } from "../../injection/sidecar-status.ts";
import { readSidecarStatus } from "../../injection/sidecar-status.ts";
import type { PodRecord, SidecarRecord } from "../model/cluster-object.ts";
import type { Field } from "./field.ts";
import { readIps, readNameAndAge, readOpaquePorts } from "./read-metadata.ts";

export function readPod(object: Field): PodRecord {
  const metadata = object.at("metadata");
  const spec = object.at("spec");
  const labels = metadata.at("labels").texts();
  const sidecar = readSidecar(object, labels);
  return {
    ...readNameAndAge(object),
    uid: metadata.at("uid").text() ?? "",
    ...readIpsOfPod(object),
    serviceAccount: spec.at("serviceAccountName").text() ?? "default",
    labels,
    node: spec.at("nodeName").text() ?? "",
    sidecar,
    opaquePorts: sidecar === undefined ? readOpaquePorts(object) : undefined,
  };
}

/** A pod on its node's network shares its IPs with the node; one that has ended has given them back. */
function readIpsOfPod(object: Field): Pick<PodRecord, "ips" | "sharedIps"> {
  const phase = object.at("status").at("phase").text();
  if (phase === "Succeeded" || phase === "Failed") return { ips: [], sharedIps: [] };
  const ips = readStatusIps(object.at("status"));
  return object.at("spec").at("hostNetwork").boolean() === true ? { ips: [], sharedIps: ips } : { ips, sharedIps: [] };
}

function readStatusIps(status: Field): readonly string[] {
  const ips = status
    .at("podIPs")
    .items()
    .map((item) => item.at("ip"));
  return readIps(ips.length > 0 ? ips : [status.at("podIP")]);
}

/** Pods of one workload are alike, so they share one record. */
const toRecord = memoize(makeSidecar, (status) => JSON.stringify(status), 256);

function readSidecar(object: Field, labels: Readonly<Record<string, string>>): SidecarRecord | undefined {
  if (labels[injectedLabel] !== "true") return undefined;
  const annotation = object.at("metadata").at("annotations").entry(statusAnnotation);
  const text = annotation.text();
  const status = text === undefined ? undefined : annotation.accept(readSidecarStatus(text, annotation.path));
  // One that captures nothing lets mTLS through to the application, which knows nothing of it.
  return status === undefined || status.interceptionMode === "none" ? undefined : toRecord(status);
}

function makeSidecar(status: SidecarStatus): SidecarRecord {
  return {
    inboundPorts: status.includeInboundPorts,
    uncapturedInboundPorts: status.excludeInboundPorts,
    opaquePorts: status.opaquePorts,
  };
}
