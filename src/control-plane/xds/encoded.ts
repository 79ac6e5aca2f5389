/**
 * Resources as the discovery server takes them: bytes, and a version that is the same wherever the bytes are.
 */
import { createHash } from "node:crypto";
import { encodeResource } from "../../envoy-api/resource.ts";
import type { EncodedResource, TypeUrl } from "../ads/resource-source.ts";

/** Characters of the version: 96 bits of the digest, as two versions of one resource must never be taken for the same. */
const versionLength = 16;

/** A resource of these bytes. */
export function encoded(name: string, body: Uint8Array): EncodedResource {
  const version = createHash("sha256").update(body).digest("base64url").slice(0, versionLength);
  return { name, version, body };
}

/** A resource from its JSON form, whose `name` it has. */
export function encodedJson(type: TypeUrl, json: { readonly name: string }): EncodedResource {
  return encoded(json.name, encodeResource(type, json));
}
