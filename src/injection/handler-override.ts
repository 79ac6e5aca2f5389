/**
 * A probe or hook asks in exactly one way, so whoever gives one of our containers another way takes ours away. A plain
 * merge would leave both, and the API server refuses such a container.
 */
import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

const handlers: readonly string[] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];
const probes: readonly string[] = ["livenessProbe", "readinessProbe", "startupProbe"];
const hooks: readonly string[] = ["postStart", "preStop"];

/** The patch of a probe or hook with the handlers that it does not have set to null, which a merge takes out. */
function insteadOfOthers(patch: unknown): unknown {
  if (!isJsonObject(patch) || !handlers.some((handler) => isJsonObject(patch[handler]))) return patch;
  const others = handlers.filter((handler) => patch[handler] === undefined);
  return { ...patch, ...Object.fromEntries(others.map((handler) => [handler, null])) };
}

function mapFields(object: JsonObject, fields: readonly string[], map: (value: unknown) => unknown): JsonObject {
  const present = fields.filter((field) => Object.hasOwn(object, field));
  if (present.length === 0) return object;
  return { ...object, ...Object.fromEntries(present.map((field) => [field, map(object[field])])) };
}

function replaceHooks(lifecycle: unknown): unknown {
  return isJsonObject(lifecycle) ? mapFields(lifecycle, hooks, insteadOfOthers) : lifecycle;
}

/** The patch of a container in which each handler of a probe or hook replaces whatever handler is there. */
export function replaceHandlers(patch: object): object {
  return mapFields(mapFields(patch as JsonObject, probes, insteadOfOthers), ["lifecycle"], replaceHooks);
}
