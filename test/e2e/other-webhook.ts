/**
 * Somebody else's mutating webhook, beside Outrigger's. The API server calls configurations in the order of their names,
 * and those that ask for it once more after another one changed the pod.
 */
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { Operation } from "fast-json-patch";
import { issueAuthority, issueLeaf } from "../../src/certificates/issue.ts";
import type { Pod } from "../../src/kubernetes/pod.ts";
import { eventually } from "../eventually.ts";
import { kubernetesClient } from "./kubernetes-client.ts";
import { plainPod } from "./pods.ts";
import { podsPath } from "./stored-pod.ts";

export interface OtherWebhook {
  /** How often it was asked since it is in force. */
  calls(): number;
  readonly stop: () => Promise<void>;
}

export interface OtherWebhookOptions {
  /** Name of its configuration: before or after `outrigger-injector` in the alphabet. */
  readonly name: string;
  /** The only namespace whose pods it is asked about. */
  readonly namespace: string;
  /** What it changes; must have nothing to do on a pod that it has changed already. */
  readonly change: (pod: Pod) => readonly Operation[];
}

interface Review {
  readonly request: { readonly uid: string; readonly object: Pod };
}

const host = process.env["OUTRIGGER_E2E_HOST"] ?? "127.0.0.1";
const hour = 3_600_000;
const configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

/** Starts it; resolves when the API server asks it. */
export async function startOtherWebhook({ name, namespace, change }: OtherWebhookOptions): Promise<OtherWebhook> {
  const authority = await issueAuthority(1, Date.now(), hour);
  const leaf = await issueLeaf(authority, [host], Date.now(), hour);
  let calls = 0;
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    void json(request).then((review) => {
      calls += 1;
      response.setHeader("content-type", "application/json").end(answer(review as Review, change));
    });
  });
  server.listen(0, host);
  await once(server, "listening");
  const client = await kubernetesClient();
  const url = `https://${host}:${(server.address() as AddressInfo).port}/`;
  await client.ok("POST", configurations, configuration(name, namespace, url, authority.certificate));
  const stop = async (): Promise<void> => {
    await client.request("DELETE", `${configurations}/${name}`);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  await eventually(`the API server asks ${name}`, async () => {
    await client.request("POST", `${podsPath(namespace)}?dryRun=All`, plainPod("asking"));
    return calls > 0;
  });
  calls = 0;
  return { calls: () => calls, stop };
}

function configuration(name: string, namespace: string, url: string, ca: string): object {
  const webhook = {
    name: `${name}.example.com`,
    clientConfig: { url, caBundle: Buffer.from(ca).toString("base64") },
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    failurePolicy: "Fail",
    reinvocationPolicy: "Never",
  };
  const kind = "MutatingWebhookConfiguration";
  return { apiVersion: "admissionregistration.k8s.io/v1", kind, metadata: { name }, webhooks: [webhook] };
}

function answer({ request }: Review, change: OtherWebhookOptions["change"]): string {
  const operations = change(request.object);
  const patch = Buffer.from(JSON.stringify(operations)).toString("base64");
  const response = {
    uid: request.uid,
    allowed: true,
    ...(operations.length === 0 ? {} : { patchType: "JSONPatch", patch }),
  };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response });
}
