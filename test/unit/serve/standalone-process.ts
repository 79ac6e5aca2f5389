/** `outrigger serve webhook --standalone` as a process of its own, run from the sources. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";

const root = join(import.meta.dirname, "../../..");

export interface Standalone {
  readonly url: string;
  readonly ca: string;
  /** Port of health and metrics, where one was asked for. */
  readonly statusPort: () => number;
  readonly log: () => string;
  /** Sends a signal and resolves to the exit code. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Starts one on free ports; killed with the test if it still runs. */
export async function startStandalone(context: TestContext, args: readonly string[]): Promise<Standalone> {
  const child = spawn(
    process.execPath,
    ["src/main.ts", "serve", "webhook", "--standalone", "--port=0", "--health-port=0", ...args],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  );
  const exited = once(child, "exit") as Promise<[number | null]>;
  context.after(() => child.kill("SIGKILL"));
  let log = "";
  child.stderr.on("data", (chunk) => (log += String(chunk)));
  let announcement = "";
  for await (const chunk of child.stdout) {
    announcement += String(chunk);
    if (announcement.includes("END CERTIFICATE") || announcement.endsWith("/mutate\n")) break;
  }
  const url = /https:\/\/\S+/.exec(announcement)?.[0];
  if (url === undefined) throw new Error(`it did not start: ${log}`);
  return {
    url,
    ca: announcement.slice(announcement.indexOf("-----BEGIN")),
    statusPort: () => Number(/"port":(\d+),"msg":"status listening"/.exec(log)?.[1]),
    log: () => log,
    end: async (signal) => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

/** Sends the creation of a pod and resolves to the AdmissionReview's response. */
export async function createPod(
  { url, ca }: Standalone,
  namespace: string,
  metadata: object = { name: "p" },
): Promise<{ readonly allowed: boolean; readonly auditAnnotations: Readonly<Record<string, string>> }> {
  const object = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name: "c", image: "c" }] } };
  const resource = { group: "", version: "v1", resource: "pods" };
  const kind = { group: "", version: "v1", kind: "Pod" };
  const review = { uid: "u", kind, resource, operation: "CREATE", namespace, object };
  const sent = request(url, { method: "POST", ca, headers: { "content-type": "application/json" }, agent: false });
  const responded = once(sent, "response") as Promise<[NodeJS.ReadableStream]>;
  sent.end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: review }));
  const [response] = await responded;
  const body = JSON.parse(await text(response)) as { readonly response: Awaited<ReturnType<typeof createPod>> };
  return body.response;
}
