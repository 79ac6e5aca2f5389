/**
 * Server-side apply of one object, and what it changed.
 */
import type { KubernetesApi, KubernetesObject } from "../kubernetes/api.ts";
import { isConflict, isNotFound } from "../kubernetes/api.ts";
import { OutriggerError } from "../errors.ts";
import { describeChanges } from "./describe-changes.ts";
import type { ManifestObject } from "./manifest.ts";
import { describeObject, objectPath } from "./manifest.ts";
import { fieldManager } from "./names.ts";

export interface ApplyOptions {
  /** The API server does everything but keep it. */
  readonly dryRun: boolean;
  /** Take over fields that somebody else has set to other values. */
  readonly force: boolean;
}

export interface AppliedObject {
  readonly object: ManifestObject;
  /** `unchecked`: a dry run cannot create an object in a namespace that is not there yet. */
  readonly result: "created" | "configured" | "unchanged" | "unchecked";
  /** One line a field; empty unless configured. */
  readonly changes: readonly string[];
}

/** The object as it is now; undefined where there is none. */
export async function findObject<T extends KubernetesObject>(api: KubernetesApi, path: string): Promise<T | undefined> {
  try {
    return await api.request<T>({ method: "GET", path });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Applies an object.
 *
 * @throws OutriggerError `OUTRIGGER_APPLY_CONFLICT`; ApiError for any other refusal
 */
export async function applyObject(
  api: KubernetesApi,
  object: ManifestObject,
  { dryRun, force }: ApplyOptions,
): Promise<AppliedObject> {
  const path = objectPath(object);
  const before = await findObject(api, path);
  try {
    const after = await api.request({
      method: "PATCH",
      path,
      query: { fieldManager, force: String(force), ...(dryRun && { dryRun: "All" }) },
      contentType: "application/apply-patch+yaml",
      body: object,
    });
    if (before === undefined) return { object, result: "created", changes: [] };
    const changes = describeChanges(before, after);
    return { object, result: changes.length === 0 ? "unchanged" : "configured", changes };
  } catch (error) {
    if (dryRun && before === undefined && isNotFound(error)) return { object, result: "unchecked", changes: [] };
    if (!isConflict(error)) throw error;
    const detail = `${describeObject(object)}: ${(error as Error).message}`;
    throw new OutriggerError("OUTRIGGER_APPLY_CONFLICT", detail, { cause: error });
  }
}
