/**
 * The Service in front of the webhook's replicas, for a cluster that has no node to run kube-proxy on: a layer-4
 * forwarder on one stable port. As with a real Service, a replica gets new connections while it is ready and for a moment
 * after it stopped being so, connections that are open stay with their replica, and nothing is retried.
 */
import { createServer, connect } from "node:net";
import type { Server, Socket } from "node:net";
import { once } from "node:events";

export interface Backend {
  readonly port: number;
  isReady(): Promise<boolean>;
}

export interface LoadBalancer {
  readonly port: number;
  add(backend: Backend): void;
  /** The backend's process is gone; its endpoint leaves like that of a pod that is no longer ready. */
  remove(backend: Backend): void;
  /** How many backends get new connections. */
  readyBackends(): number;
  close(): Promise<void>;
}

export interface LoadBalancerOptions {
  /** The address to listen on; loopback unless the API server runs elsewhere. */
  readonly host: string;
  /** Milliseconds between two looks at a backend's readiness. */
  readonly probeIntervalMs?: number;
  /** Milliseconds that it takes until every kube-proxy has heard of a change; in a real cluster up to some seconds. */
  readonly propagationMs?: number;
}

interface Endpoint {
  readonly backend: Backend;
  ready: boolean;
}

/** Listens on a port that the system chooses. */
export async function startLoadBalancer(options: LoadBalancerOptions): Promise<LoadBalancer> {
  const endpoints = new Set<Endpoint>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const ready = [...endpoints].filter((endpoint) => endpoint.ready);
    const chosen = ready[turn++ % Math.max(ready.length, 1)];
    // No endpoint: kube-proxy rejects the connection.
    if (chosen === undefined) client.resetAndDestroy();
    else forward(client, chosen.backend.port, sockets);
  });
  server.listen(0, options.host);
  await once(server, "listening");

  const later = (action: () => void): void => void setTimeout(action, options.propagationMs ?? 1_000).unref();
  const probe = setInterval(() => {
    for (const endpoint of endpoints) void followReadiness(endpoint, later);
  }, options.probeIntervalMs ?? 250);
  probe.unref();

  return {
    port: portOf(server),
    add: (backend) => void endpoints.add({ backend, ready: false }),
    remove: (backend) => {
      for (const endpoint of endpoints) if (endpoint.backend === backend) later(() => endpoints.delete(endpoint));
    },
    readyBackends: () => [...endpoints].filter((endpoint) => endpoint.ready).length,
    close: async () => {
      clearInterval(probe);
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function followReadiness(endpoint: Endpoint, later: (action: () => void) => void): Promise<void> {
  const ready = await endpoint.backend.isReady();
  if (ready !== endpoint.ready) later(() => (endpoint.ready = ready));
}

function forward(client: Socket, port: number, sockets: Set<Socket>): void {
  const upstream = connect({ host: "127.0.0.1", port });
  for (const [socket, peer] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => {
      sockets.delete(socket);
      peer.destroySoon();
    });
    // Not a reset: on a socket that is being shut down it fails inside Node, which then never ends its process.
    socket.on("error", () => peer.destroy());
    socket.pipe(peer);
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the load balancer has no port");
  return address.port;
}
