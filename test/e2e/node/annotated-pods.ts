/**
 * Applications that differ in one annotation each, beside a client and a server as everybody has them.
 */
import { after, before } from "node:test";
import { kubectlJson } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationPod, applicationPorts, applicationService } from "./application.ts";
import type { Echo } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { awaitInstallation } from "./installation.ts";
import { execOk, run, runningPod } from "./running-pods.ts";

const { http, serverFirst } = applicationPorts;

/** Annotations by the pod that carries them, without the `outrigger.dev/` before each. */
export type PodAnnotations = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface AnnotatedPods {
  readonly namespace: string;
  /** Addresses of the pods by their names, among them `client` and `server`, which have no annotation. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Of the Service `server`. */
  readonly clusterIP: string;
  /** Asks for a page, by HTTP on port 8080; gives what the application answered. */
  readonly request: (from: string, host: string) => Promise<Echo>;
  /** Listens to the server that speaks first, by TCP on port 8082; gives the greeting. */
  readonly greeting: (from: string, host: string) => Promise<string>;
}

/** Starts them before the first scenario. The annotations may depend on the Service's address. */
export function annotatedPodsOfFile(
  prefix: string,
  annotationsFor: (clusterIP: string) => PodAnnotations,
): () => AnnotatedPods {
  const namespaces = createTestNamespaces(prefix);
  let started: AnnotatedPods | undefined;
  before(async () => {
    await awaitInstallation();
    const namespace = await namespaces.create(injectionEnabled);
    const ports = [http, serverFirst].map((port) => ({ name: `p${port}`, port }));
    await run(namespace, applicationService("server", { ports }));
    const clusterIP = await clusterIPOf(namespace, "server");
    const annotated: PodAnnotations = { client: {}, server: {}, ...annotationsFor(clusterIP) };
    const pods = Object.entries(annotated).map(([name, settings]) => podWith(name, settings));
    await run(namespace, ...pods);
    started = await describe(namespace, Object.keys(annotated), clusterIP);
  });
  after(async () => namespaces.deleteAll());
  return () => {
    if (started === undefined) throw new Error("the annotated pods have not been started");
    return started;
  };
}

function podWith(name: string, settings: Readonly<Record<string, string>>): object {
  const annotations = Object.entries(settings).map(([key, value]) => [`outrigger.dev/${key}`, value] as const);
  return applicationPod(name, { annotations: Object.fromEntries(annotations) });
}

async function clusterIPOf(namespace: string, service: string): Promise<string> {
  const get = ["-n", namespace, "get", "service", service];
  return (await kubectlJson<{ readonly spec: { readonly clusterIP: string } }>(get)).spec.clusterIP;
}

async function describe(namespace: string, names: readonly string[], clusterIP: string): Promise<AnnotatedPods> {
  const addressOf = async (name: string): Promise<readonly [string, string]> => [
    name,
    (await runningPod(namespace, name)).status.podIP,
  ];
  return {
    namespace,
    addresses: Object.fromEntries(await Promise.all(names.map(addressOf))),
    clusterIP,
    request: async (from, host) => fetchIn(namespace, from, `http://${host}:${http}/`),
    greeting: async (from, host) => {
      const listen = `sleep 0.5 | timeout 10 nc ${host} ${serverFirst}`;
      return execOk({ namespace, pod: from }, ["sh", "-c", listen]);
    },
  };
}
