/**
 * A whole look at one answer, as the API server would look: over a verified connection, the right uid, and a patch that
 * applies to the pod and gives it a sidecar, or none.
 */
import { request } from "node:https";
import { text } from "node:stream/consumers";
import jsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import type { ReviewCase } from "./reviews.ts";
import type { Server } from "./server-process.ts";

interface Review {
  readonly request: { readonly uid: string; readonly object: unknown };
}

interface Answer {
  readonly response: { readonly uid: string; readonly allowed: boolean; readonly patch?: string };
}

interface PatchedPod {
  readonly spec: Record<"containers" | "initContainers", readonly { readonly name: string }[] | undefined>;
}

/** What each mesh calls its sidecar. */
const sidecars = ["outrigger-proxy", "istio-proxy"];

export interface SpotCheck {
  /** Bytes of the answer. */
  readonly bytes: number;
  /** Operations of the patch. */
  readonly operations: number;
}

/**
 * Asks once and checks the answer.
 *
 * @throws {Error} that says what is wrong with it
 */
export async function spotCheck(server: Server, review: ReviewCase): Promise<SpotCheck> {
  const body = await post(server, review.body);
  const asked = (JSON.parse(review.body) as Review).request;
  const { response } = JSON.parse(body) as Answer;
  if (response.uid !== asked.uid) throw new Error(`${server.name} answered for uid ${response.uid}`);
  if (!response.allowed) throw new Error(`${server.name} refused the pod: ${body}`);
  const patch = response.patch === undefined ? [] : decodePatch(response.patch);
  const pod = jsonPatch.applyPatch(asked.object, patch, true, false).newDocument as PatchedPod;
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
  const injected = containers.some(({ name }) => sidecars.includes(name));
  if (injected !== (review.name === "injected")) throw new Error(`${server.name}: a pod to be ${review.name} was not`);
  return { bytes: Buffer.byteLength(body), operations: patch.length };
}

function decodePatch(base64: string): readonly Operation[] {
  return JSON.parse(Buffer.from(base64, "base64").toString("utf8")) as readonly Operation[];
}

async function post({ name, url, ca }: Server, body: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const sending = request(url, { method: "POST", headers, ca, agent: false }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`${name} answered with status ${response.statusCode ?? "none"}`));
    text(response).then(resolve, reject);
  });
  sending.on("error", reject);
  sending.end(body);
  return promise;
}
