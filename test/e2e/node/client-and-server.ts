/**
 * Two pods with sidecars for the scenarios of a file: an application behind Services of every kind, and a client.
 */
import { after, before } from "node:test";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import type { NamespaceOptions } from "../namespaces.ts";
import { applicationDeployment, applicationPorts, applicationService, toolsPod } from "./application.ts";
import type { Echo } from "./application.ts";
import { awaitInstallation } from "./installation.ts";
import { execOk, nameOf, podOfDeployment, run } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";

export interface ClientAndServer {
  readonly namespace: string;
  /** The pod `client`, with a shell. */
  readonly client: string;
  /** The pod of the Deployment `web`. */
  readonly server: string;
  readonly serverPod: RunningPod;
}

const { http, h2c, serverFirst } = applicationPorts;

/** A ClusterIP Service, a headless one, one with a node port (of both IP families where the cluster has them), and one for the other protocols. */
const services = [
  applicationService("web"),
  applicationService("web-headless", { clusterIP: "None", ports: [{ port: http }] }, "web"),
  applicationService("web-node", { type: "NodePort", ipFamilyPolicy: "PreferDualStack" }, "web"),
  applicationService("web-tcp", { ports: [h2c, serverFirst].map((port) => ({ name: `p${port}`, port })) }, "web"),
];

/** Starts both before the first scenario; the returned function gives them to scenarios that run. */
export function clientAndServerOfFile(
  prefix: string,
  options: NamespaceOptions = injectionEnabled,
): () => ClientAndServer {
  const namespaces = createTestNamespaces(prefix);
  let started: ClientAndServer | undefined;
  before(async () => {
    await awaitInstallation();
    const namespace = await namespaces.create(options);
    await run(namespace, ...services, applicationDeployment("web"), toolsPod("client"));
    const serverPod = await podOfDeployment(namespace, "web");
    started = { namespace, client: "client", server: nameOf(serverPod), serverPod };
  });
  after(async () => namespaces.deleteAll());
  return () => {
    if (started === undefined) throw new Error("client and server have not been started");
    return started;
  };
}

/** Fetches a URL in a pod, by a program that knows nothing of the sidecar; gives what the application answered. */
export async function fetchIn(namespace: string, pod: string, url: string): Promise<Echo> {
  return JSON.parse(await execOk({ namespace, pod }, ["timeout", "10", "wget", "-q", "-O", "-", url])) as Echo;
}
