/**
 * What can be asked of an agent: see `agent.ts`.
 */
import { once } from "node:events";
import type { Server } from "node:net";
import type { ApplicationState } from "./application-state.ts";
import { state } from "./application-state.ts";
import { collectSpans, collectedSpans } from "./collector.ts";
import { controlPlane, controlPlaneStreams, endControlPlaneSessions } from "./control-plane.ts";
import { getEach, getPage, getPageOverHttp2, talk } from "./conversations.ts";
import { dial, exchange, hold } from "./dialled-connections.ts";
import { callGrpc } from "./grpc-client.ts";
import { grpcServer } from "./grpc-server.ts";
import { askedFor, bareRequests, bareServer, pages, tlsPages } from "./http-servers.ts";
import { ask, connectTo, hangUp } from "./kept-connections.ts";
import { beReplica, replicaRecords, replicaServer } from "./replica-server.ts";
import { tally } from "./tally.ts";
import { echoServer, greetingServer, namingServer } from "./tcp-servers.ts";

interface Stoppable {
  readonly listen: Server["listen"];
  readonly close: Server["close"];
  readonly closeAllConnections?: () => void;
}

const servers: Stoppable[] = [];

const kinds = {
  pages,
  tlsPages,
  bareServer,
  grpcServer,
  greetingServer,
  echoServer,
  namingServer,
  replicaServer,
  collectSpans,
  controlPlane,
} as const satisfies Record<string, () => unknown>;

export const agentFunctions = {
  /** Starts a server on every address. */
  serve: async (kind: keyof typeof kinds, port: number): Promise<void> => {
    const server = await kinds[kind]();
    servers.push(server);
    server.listen(port, "::");
    await once(server, "listening");
  },
  /** Stops all servers. */
  stop: (): void => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections?.();
    }
  },
  be: (changed: Partial<ApplicationState>): void => {
    Object.assign(state, changed);
  },
  beReplica,
  replicaRecords,
  bareRequests: (): readonly string[] => bareRequests.splice(0),
  askedFor: (): readonly string[] => askedFor.splice(0),
  collectedSpans,
  controlPlaneStreams,
  endControlPlaneSessions,
  getPage,
  getEach,
  getPageOverHttp2,
  talk,
  connectTo,
  ask,
  dial,
  hold,
  exchange,
  hangUp,
  callGrpc,
  tally,
} as const;

export type AgentFunctions = typeof agentFunctions;
