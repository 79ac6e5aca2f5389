/**
 * What a proxy was sent, readable: resources decoded to JSON, without keys, each with what has become of it.
 */
import type { JsonValue } from "@bufbuild/protobuf";
import { decodeResource } from "../../envoy-api/resource.ts";
import type { TypeUrl } from "../ads/resource-source.ts";
import { faulty, typeUrls } from "../ads/resource-source.ts";
import type { SentResource } from "../ads/type-subscription.ts";
import { redactKeys } from "./redact-keys.ts";

/**
 * `current`: the proxy has it as shown. `pending`: it has another version, and is being sent this one. `faulty`: it has an
 * older version, because the newer could not be made.
 */
export type ResourceState = "current" | "pending" | "refused" | "removed" | "faulty";

export interface ShownResource {
  /** `cluster`, `endpoints`, `listener`, `route`, `secret`. */
  readonly type: ResourceType;
  readonly name: string;
  readonly state: ResourceState;
  /** Of what is shown; undefined for what is being removed, and for what is faulty. */
  readonly version?: string;
  /** Envoy's words, where it has refused this version and lives with the one before. */
  readonly refusal?: string;
  readonly resource?: JsonValue;
}

export type ResourceType = keyof typeof typeUrls;

/** All that a proxy has, or only of some types. */
export function showContents(
  contents: ReadonlyMap<TypeUrl, readonly SentResource[]>,
  types: readonly ResourceType[] = Object.keys(typeUrls) as ResourceType[],
): readonly ShownResource[] {
  return types.flatMap((type) => (contents.get(typeUrls[type]) ?? []).map((sent) => show(type, sent)));
}

function show(type: ResourceType, { name, held, latest, refused }: SentResource): ShownResource {
  if (latest === undefined) return { type, name, state: "removed" };
  if (latest === faulty) return { type, name, state: "faulty" };
  const { version, body } = latest;
  const resource = redactKeys(decodeResource(typeUrls[type], body));
  if (refused?.version === version)
    return { type, name, state: "refused", version, refusal: refused.message, resource };
  return { type, name, state: held === version ? "current" : "pending", version, resource };
}
