/**
 * The product itself as a child process, and the API server's side of the conversation with it.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request } from "node:https";
import { text } from "node:stream/consumers";

export interface Webhook {
  /** Where AdmissionReviews go. */
  readonly url: string;
  /** PEM of the CA that signed its certificate. */
  readonly ca: string;
  readonly stop: () => Promise<void>;
}

export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly status?: { readonly message?: string; readonly code?: number };
}

const startMilliseconds = 20_000;

/** Reads standard output until it holds the URL and the CA. */
async function readAnnouncement(child: ChildProcess): Promise<{ readonly url: string; readonly ca: string }> {
  let output = "";
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const url = /https:\/\/\S+/.exec(output)?.[0];
    const ca = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(output)?.[0];
    if (url !== undefined && ca !== undefined) return { url, ca };
  }
  throw new Error(`the webhook ended before it listened:\n${output}`);
}

/** Starts the webhook on a free port of the loopback interface. */
export async function startWebhook(command: readonly string[]): Promise<Webhook> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const deadline = setTimeout(() => child.kill(), startMilliseconds);
  const { url, ca } = await readAnnouncement(child);
  clearTimeout(deadline);
  return {
    url,
    ca,
    stop: async () => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Asks the webhook as an API server does; resolves to the response. */
export async function review(
  { url, ca }: Webhook,
  uid: string,
  namespace: string,
  pod: object,
): Promise<AdmissionResponse> {
  const body = JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid,
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      operation: "CREATE",
      namespace,
      dryRun: false,
      object: pod,
    },
  });
  const sent = request(url, { method: "POST", ca, headers: { "content-type": "application/json" } });
  const responded = once(sent, "response");
  sent.end(body);
  const [response] = (await responded) as [NodeJS.ReadableStream];
  const answer = JSON.parse(await text(response)) as { readonly response: AdmissionResponse };
  return answer.response;
}
