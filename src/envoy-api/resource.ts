/**
 * Resources between their JSON form, which the builders of `src/envoy/` and `src/control-plane/xds/` make, and bytes.
 * Builders and bytes meet nowhere else, so a misspelt field is an error here, before any proxy sees it.
 */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { envoyRegistry, messageDescriptor, messageName } from "./registry.ts";

/**
 * The protobuf form of a message.
 *
 * @param typeUrl e.g. `type.googleapis.com/envoy.config.cluster.v3.Cluster`
 * @param json the fields in Envoy's spelling (`snake_case`), an `Any` with its `@type`
 * @throws Error that names the field which does not exist, or whose value does not fit
 */
export function encodeResource(typeUrl: string, json: unknown): Uint8Array {
  const descriptor = messageDescriptor(messageName(typeUrl));
  return toBinary(descriptor, fromJson(descriptor, json as JsonValue, { registry: envoyRegistry() }));
}

/** The JSON form of bytes, for people: logs, the command line, golden files. */
export function decodeResource(typeUrl: string, bytes: Uint8Array): JsonObject {
  const descriptor = messageDescriptor(messageName(typeUrl));
  const options = { registry: envoyRegistry(), useProtoFieldName: true };
  return toJson(descriptor, fromBinary(descriptor, bytes), options) as JsonObject;
}
