/**
 * `make demo`: the injector's main job with no cluster. Starts the built webhook, sends it three real AdmissionReviews
 * over HTTPS, and shows what an API server would do with the answers.
 */
import jsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import { randomUUID } from "node:crypto";
import { demoPods } from "./pods.ts";
import { showDiff } from "./show-diff.ts";
import type { AdmissionResponse } from "./webhook.ts";
import { review, startWebhook } from "./webhook.ts";

const coloured =
  process.env["NO_COLOR"] === undefined && (process.stdout.isTTY || process.env["FORCE_COLOR"] !== undefined);

function bold(text: string): string {
  return coloured ? `\u001b[1m${text}\u001b[0m` : text;
}

/** The pod that the API server would store. */
function applyAnswer(pod: object, { patch }: AdmissionResponse): object {
  const operations = patch === undefined ? [] : (JSON.parse(Buffer.from(patch, "base64").toString()) as Operation[]);
  return jsonPatch.applyPatch(pod, operations, true, false).newDocument;
}

function show(pod: object, answer: AdmissionResponse): string {
  const { allowed, auditAnnotations, warnings = [], status } = answer;
  const decision = Object.entries(auditAnnotations ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    `  ${allowed ? "allowed" : "denied"}  ${decision.join("  ")}`,
    ...(status?.message === undefined ? [] : [`  error    ${status.message}`]),
    ...warnings.map((warning) => `  warning  ${warning}`),
    "",
    ...(answer.patch === undefined ? [] : [showDiff(pod, applyAnswer(pod, answer), coloured)]),
  ].join("\n");
}

const webhook = await startWebhook([
  process.execPath,
  "dist/outrigger.js",
  "serve",
  "webhook",
  "--standalone",
  "--port=0",
  "--log-level=error",
]);
console.log(`${bold("The webhook listens")} on ${webhook.url} and every namespace is enabled.\n`);
try {
  for (const { title, pod } of demoPods) {
    console.log(bold(title));
    console.log(show(pod, await review(webhook, randomUUID(), "shop", pod)));
  }
} finally {
  await webhook.stop();
}
console.log("To do the same in a cluster: see Install in README.md.");
