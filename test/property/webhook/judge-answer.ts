/**
 * Judges an answer without the webhook's own code: what must hold of it whatever was asked.
 */
import assert from "node:assert/strict";
import jsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import type { HostileReview } from "./hostile-reviews.ts";

interface Response {
  readonly uid?: unknown;
  readonly allowed?: unknown;
  readonly patch?: string;
  readonly patchType?: unknown;
  readonly warnings?: unknown;
  readonly status?: { readonly code?: unknown; readonly message?: unknown };
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

const ourNames: readonly unknown[] = ["outrigger-proxy", "outrigger-init"];

/** What the answer decided: `injected`, `failed`, …; `http` where it is no AdmissionReview. */
export function judgeAnswer(asked: HostileReview, status: number, body: string): string {
  const request = fieldsOf(fieldsOf(asked.value)?.["request"]);
  const uid = request?.["uid"];
  if (typeof uid !== "string" || uid === "") {
    judgeHttpError(status, body);
    return "http";
  }
  assert.equal(status, 200);
  const review = JSON.parse(body) as Fields;
  assert.equal(review["kind"], "AdmissionReview");
  assert.equal(review["apiVersion"], "admission.k8s.io/v1");
  const response = review["response"] as Response;
  assert.equal(response.uid, uid);
  judgeResponse(response, request?.["object"]);
  return response.auditAnnotations?.["decision"] ?? (response.allowed === true ? "ignored" : "invalid");
}

function judgeHttpError(status: number, body: string): void {
  assert.equal(status, 400);
  const error = JSON.parse(body) as Fields;
  assert.equal(error["kind"], "Status");
  assert.equal(error["code"], 400);
  assert.match(String(error["message"]), /^outrigger: .+; .+/s);
}

function judgeResponse(response: Response, object: unknown): void {
  judgeWarnings(response.warnings ?? []);
  if (response.allowed !== true) {
    assert.equal(response.allowed, false);
    assert.equal(response.patch, undefined);
    assert.ok([400, 422].includes(Number(response.status?.code)), `code ${String(response.status?.code)}`);
    assert.ok(String(response.status?.message).length > 10);
    return;
  }
  assert.equal(response.patch === undefined, response.patchType === undefined);
  if (response.patch === undefined) return;
  assert.equal(response.patchType, "JSONPatch");
  const operations = JSON.parse(Buffer.from(response.patch, "base64").toString()) as Operation[];
  assert.ok(operations.length > 0);
  const before = usersWork(object);
  // Changes the object itself: a copy would cost more than all the rest, and some objects are too deep for one.
  const patched = jsonPatch.applyPatch(object, operations, true, true, false).newDocument;
  assert.deepEqual(usersWork(patched), before);
}

function judgeWarnings(warnings: unknown): void {
  assert.ok(Array.isArray(warnings));
  for (const text of warnings as readonly unknown[]) {
    assert.ok(typeof text === "string" && text !== "" && Array.from(text).length <= 256);
    assert.ok(!/\p{Cc}/u.test(text), "control characters make the API server drop a warning");
  }
  assert.ok(warnings.join("").length <= 4_096 * 2);
}

/** What each container of the user's does, in order: the same before and after. */
function usersWork(pod: unknown): readonly (readonly string[])[] {
  const spec = fieldsOf(fieldsOf(pod)?.["spec"]);
  return ["containers", "initContainers"].map((list) => usersContainers(spec?.[list]).map(workOf));
}

function usersContainers(list: unknown): readonly Fields[] {
  if (!Array.isArray(list)) return [];
  return list
    .map(fieldsOf)
    .filter((container) => container !== undefined && !ourNames.includes(container["name"])) as Fields[];
}

function workOf({ name, image, command, args, env, ports, volumeMounts, securityContext, resources }: Fields): string {
  try {
    const work = [name, image, command, args, env, ports, volumeMounts, securityContext, resources];
    return JSON.stringify(work, inOrder);
  } catch {
    return `${String(name)}, too deep to compare`;
  }
}

/**
 * For JSON.stringify: the keys of objects in order. Where two containers have one name, which the API server refuses, they
 * are compared by position, and a patch then may write the same keys in another order.
 */
function inOrder(_key: string, value: unknown): unknown {
  const fields = fieldsOf(value);
  if (fields === undefined) return value;
  return Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
