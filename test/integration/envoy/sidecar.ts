/**
 * A pod with an application, the capture rules and the sidecar, and the world around it.
 */
import type { BootstrapInput } from "../../../src/envoy/bootstrap-input.ts";
import { ports } from "../../../src/envoy/ports.ts";
import type { ProxyProcess } from "../../../src/envoy/proxy-arguments.ts";
import { capturePlan } from "../../capture-plans.ts";
import { eventually } from "../../eventually.ts";
import { bootstrapInput } from "../../unit/envoy/sample-input.ts";
import { applyPlan } from "../iptables/init-container.ts";
import type { Network } from "../iptables/network.ts";
import { createNetwork, places } from "../iptables/network.ts";
import { requireNetworkTools } from "../iptables/requirements.ts";
import type { Agent } from "./agent-client.ts";
import { startAgent } from "./agent-client.ts";
import type { EnvoyProcess } from "./envoy-process.ts";
import { startEnvoy } from "./envoy-process.ts";

/** Where the application and the remote servers listen. */
export const at = {
  pages: 8080,
  bare: 8081,
  grpc: 8082,
  tls: 8443,
  /** Speaks first, and is declared opaque. */
  opaque: 3306,
  /** Speaks first, and nobody has said so. */
  undeclared: 9000,
  echo: 9001,
} as const;

export interface Sidecar {
  readonly network: Network;
  /** The application, as an ordinary user inside the pod. */
  readonly application: Agent;
  /** Everybody else: the kubelet, clients, remote servers. */
  readonly world: Agent;
  /** The Envoy that runs now. */
  readonly envoy: () => EnvoyProcess;
  /** Stops Envoy and starts it anew. */
  readonly restart: (input: Partial<BootstrapInput>, proxy?: Partial<ProxyProcess>) => Promise<EnvoyProcess>;
  readonly close: () => Promise<void>;
}

/** Starts all those servers. */
export async function serveAll(agent: Agent): Promise<void> {
  await agent.serve("pages", at.pages);
  await agent.serve("bareServer", at.bare);
  await agent.serve("grpcServer", at.grpc);
  await agent.serve("tlsPages", at.tls);
  await agent.serve("greetingServer", at.opaque);
  await agent.serve("greetingServer", at.undeclared);
  await agent.serve("echoServer", at.echo);
}

const opaquePorts = [
  { first: 25, last: 25 },
  { first: at.opaque, last: at.opaque },
];

/** Resolves once the sidecar says that it is ready. */
export async function waitUntilReady(world: Agent, envoy: EnvoyProcess): Promise<void> {
  await eventually("Envoy is ready", async () => {
    if (!envoy.isRunning()) throw new Error(`Envoy has ended: ${envoy.log()}`);
    const page = await world.getPage({ host: places.pod.IPv4, port: ports.health, path: "/healthz/ready" });
    return page.status === 200;
  });
}

/** Makes the pod and starts the sidecar, in both address families. */
export async function startSidecar(changed: Partial<BootstrapInput> = {}): Promise<Sidecar> {
  requireNetworkTools();
  const complete = (other: Partial<BootstrapInput>): BootstrapInput =>
    bootstrapInput({ ipFamilies: ["IPv4", "IPv6"], opaquePorts, ...changed, ...other });
  const network = await createNetwork();
  // An ordinary user, except that it may read this checkout wherever that lies: in a home folder, say.
  const mayRead = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
  const ordinary = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", ...mayRead];
  const application = startAgent(network.pod, ...ordinary);
  const world = startAgent(network.world);
  applyPlan(network.pod, capturePlan({ "interception-mode": complete({}).interceptionMode }));
  let envoy = startEnvoy(network.pod, complete({}));
  await Promise.all([waitUntilReady(world, envoy), serveAll(application), serveAll(world)]);
  return {
    network,
    application,
    world,
    envoy: () => envoy,
    restart: async (input, proxy) => {
      await envoy.stop();
      envoy = startEnvoy(network.pod, complete(input), proxy);
      await waitUntilReady(world, envoy);
      return envoy;
    },
    close: async () => {
      await envoy.stop();
      await network.close();
    },
  };
}
