/**
 * Two pods with sidecars, for the scenarios about protocols: the application of test/e2e/node/app/protocols, and a client
 * of it, which holds one conversation at a time.
 */
import { after, before } from "node:test";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { protocolPorts } from "./app/protocols/ports.ts";
import { applicationPod, applicationService } from "./application.ts";
import { awaitInstallation } from "./installation.ts";
import { execOk, run, runningPod } from "./running-pods.ts";

export interface ProtocolPods {
  readonly namespace: string;
  /** Names of the pods. */
  readonly client: string;
  readonly server: string;
  readonly clientAddress: string;
  /** Has the client talk to the Service of the application; gives what it prints. */
  readonly converse: <T>(conversation: string, argument?: number) => Promise<T>;
}

const program = (name: string, ...args: readonly string[]): readonly string[] => [
  "node",
  `/app/protocols/${name}.js`,
  ...args,
];

const servicePorts = Object.entries(protocolPorts).map(([name, port]) => ({
  name,
  port,
  protocol: name === "udp" ? "UDP" : "TCP",
}));

/** Starts both before the first scenario. */
export function protocolPodsOfFile(prefix: string): () => ProtocolPods {
  const namespaces = createTestNamespaces(prefix);
  let started: ProtocolPods | undefined;
  before(async () => {
    await awaitInstallation();
    const namespace = await namespaces.create(injectionEnabled);
    const server = applicationPod("server", { container: { command: program("server") } });
    await run(namespace, applicationService("server", { ports: servicePorts }), server, applicationPod("client"));
    const clientAddress = (await runningPod(namespace, "client")).status.podIP;
    const converse = async <T>(conversation: string, argument = 0): Promise<T> => {
      const command = program("client", conversation, "server", String(argument));
      return JSON.parse(await execOk({ namespace, pod: "client" }, command)) as T;
    };
    started = { namespace, client: "client", server: "server", clientAddress, converse };
  });
  after(async () => namespaces.deleteAll());
  return () => {
    if (started === undefined) throw new Error("the pods have not been started");
    return started;
  };
}
