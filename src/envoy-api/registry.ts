/**
 * Envoy's messages by name. They are read when first asked for: a process that only injects sidecars never pays for them.
 */
import type { DescMessage, FileRegistry } from "@bufbuild/protobuf";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { descriptorSet } from "./descriptors.ts";

let registry: FileRegistry | undefined;

/** Every message of the committed descriptors. */
export function envoyRegistry(): FileRegistry {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
  return registry;
}

/**
 * A message's descriptor.
 *
 * @param name e.g. `envoy.config.cluster.v3.Cluster`
 * @throws Error for a message that is not in the committed descriptors
 */
export function messageDescriptor(name: string): DescMessage {
  const descriptor = envoyRegistry().getMessage(name);
  if (descriptor !== undefined) return descriptor;
  throw new Error(
    `${name} is not in src/envoy-api/envoy-api.binpb: name it in scripts/envoy-api/messages.go, then run make envoy-api`,
  );
}

/** The message's full name in a type URL: what is behind the last slash. */
export function messageName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}
