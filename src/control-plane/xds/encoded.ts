/**
 * Resources as the discovery server takes them: bytes, and a version that is the same wherever the bytes are.
 */
import { hash } from "node:crypto";
import { encodeResource } from "../../envoy-api/resource.ts";
import type { EncodedResource, TypeUrl } from "../ads/resource-source.ts";

/** 96 bits: two versions of one resource must never be taken for the same. */
const digestLength = 16;

/** A short text that differs where the content does. */
export function digest(content: Uint8Array | string): string {
  return hash("sha256", content, "base64url").slice(0, digestLength);
}

/** A resource of these bytes. */
export function encoded(name: string, body: Uint8Array): EncodedResource {
  return { name, version: digest(body), body };
}

/** A resource from its JSON form, whose `name` it has. */
export function encodedJson(type: TypeUrl, json: { readonly name: string }): EncodedResource {
  return encoded(json.name, encodeResource(type, json));
}
