/**
 * The descriptors of Envoy's API, as `scripts/envoy-api` writes them: a FileDescriptorSet of the messages that the control
 * plane speaks and configures. The bundle carries the same bytes in the place of this module (`scripts/build.ts`).
 */
import { readFileSync } from "node:fs";

/** A serialised `google.protobuf.FileDescriptorSet`. */
export function descriptorSet(): Uint8Array {
  return readFileSync(new URL("envoy-api.binpb", import.meta.url));
}
