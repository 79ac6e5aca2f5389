/**
 * Everybody who takes part in the traffic tests: the application and the proxy in the pod, clients and servers outside.
 */
import { once } from "node:events";
import { join } from "node:path";
import { ports, proxyGid, proxyUid, uncapturedInboundPorts } from "../../../src/envoy/ports.ts";
import { deliveryAddress } from "../../../src/iptables/loopback.ts";
import { clientAddressMark } from "../../../src/iptables/marks.ts";
import type { IpFamily } from "../../../src/net/cidr.ts";
import type { Agent } from "./agent-client.ts";
import { startAgent } from "./agent-client.ts";
import type { Namespace } from "./namespace.ts";
import type { Network, Place } from "./network.ts";
import { places } from "./network.ts";

export const applicationPorts = [22, 53, 8080, 8081, 9090];

/** Makes the connection that is written `<who> > <place>:<port>[/udp]` and says who accepted it. */
export type TryConnection = (connection: string, family: IpFamily) => Promise<string>;

const form = /^(?<who>[\w-]+) > (?<place>[\w-]+):(?<port>\d+)(?:\/(?<protocol>udp))?$/;

async function startTransparentProxy(pod: Namespace): Promise<void> {
  const program = join(import.meta.dirname, "transparent_proxy.py");
  // As user 0, for the socket options need NET_ADMIN; the group tells that it is the proxy.
  const words = [ports.inbound, clientAddressMark, proxyGid].map(String);
  const child = pod.start("python3", program, ...words);
  child.stderr.pipe(process.stderr);
  await once(child.stdout, "data");
}

/** Starts the pod's application, and as many of its users as tests connect as. */
export async function startAgents({ pod, world }: Network, mode: "redirect" | "tproxy"): Promise<TryConnection> {
  const proxy = startAgent(pod, proxyUid, proxyGid);
  const agents: Record<string, Agent> = {
    app: startAgent(pod, 1000, 1000),
    proxy,
    delivery: proxy,
    group: startAgent(pod, 0, proxyGid),
    client: startAgent(world, 1000, 1000),
  };
  // Low ports are for root and for whoever the kernel is told.
  for (const namespace of [pod, world]) {
    namespace.run("sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start");
  }
  await Promise.all([
    agents["app"]?.listen("app", applicationPorts),
    agents["client"]?.listen("remote", [53, 80, 443, 9090]),
  ]);
  await proxy.listen("outbound", [ports.outbound]);
  await proxy.listen("proxy", uncapturedInboundPorts);
  if (mode === "redirect") await proxy.listen("inbound", [ports.inbound]);
  else await startTransparentProxy(pod);
  return (connection, family) => {
    const { who = "", place = "", port, protocol } = form.exec(connection)?.groups ?? {};
    const agent = agents[who];
    if (agent === undefined || !(place in places)) throw new Error(`not a connection: ${connection}`);
    return agent.connect({
      protocol: protocol === "udp" ? "udp" : "tcp",
      host: places[place as Place][family],
      port: Number(port),
      from: who === "delivery" ? deliveryAddress[family] : undefined,
    });
  };
}
