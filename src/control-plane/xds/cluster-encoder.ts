/**
 * Clusters as bytes. Thousands of them differ in their names alone, so what they have in common is encoded once and put
 * before what is a cluster's own: a protobuf message in two parts, one after the other, is the message.
 */
import { memoize } from "../../bounded-memo.ts";
import { encodeResource } from "../../envoy-api/resource.ts";
import type { Cluster } from "../../envoy/resource.ts";
import type { EncodedResource } from "../ads/resource-source.ts";
import { typeUrls } from "../ads/resource-source.ts";
import { encoded } from "./encoded.ts";

/** What clusters have in common are above all the identities of their endpoints; so many sets of them are kept encoded. */
const kept = 1024;

/** Fields that no two clusters share. */
const ownFields: ReadonlySet<string> = new Set(["name", "alt_stat_name", "eds_cluster_config"]);

function encode(fields: object): Uint8Array {
  return encodeResource(typeUrls.cluster, fields);
}

/** A function that encodes clusters, and remembers what they have in common. */
export function createClusterEncoder(): (cluster: Cluster) => EncodedResource {
  const encodeCommon = memoize(encode, (fields) => JSON.stringify(fields), kept);
  return (cluster) => {
    const part = (isOwn: boolean): object =>
      Object.fromEntries(Object.entries(cluster).filter(([field]) => ownFields.has(field) === isOwn));
    const [common, own] = [encodeCommon(part(false)), encode(part(true))];
    // Exactly as large: it is kept for as long as somebody wants it, and must not keep others' memory.
    const body = new Uint8Array(common.length + own.length);
    body.set(common);
    body.set(own, common.length);
    return encoded(cluster.name, body);
  };
}
