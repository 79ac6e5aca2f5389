/**
 * Replicas of a Service: servers of one process, told apart by their ports, that say who has answered and are well, sick or
 * slow as the test tells each of them. A request may ask for another answer by its query: `?status=503&delay=100`; with
 * `pause` it waits in the middle of the answer.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface ReplicaState {
  readonly status: number;
  readonly delayMs: number;
  /** Headers of each answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether connections are broken off instead of answered. */
  readonly broken: boolean;
}

export interface ReplicaRecord {
  /** Requests since the last time. */
  readonly requests: number;
  /** Connections since the last time. */
  readonly connections: number;
  /** Connections that are open. */
  readonly open: number;
  /** Host and path of the last request to `/healthz`. */
  readonly check: string;
}

const well: ReplicaState = { status: 200, delayMs: 0, headers: {}, broken: false };
const states = new Map<number, ReplicaState>();
const counts = new Map<number, { -readonly [K in keyof ReplicaRecord]: ReplicaRecord[K] }>();

function countsOf(port: number): { -readonly [K in keyof ReplicaRecord]: ReplicaRecord[K] } {
  const known = counts.get(port) ?? { requests: 0, connections: 0, open: 0, check: "" };
  counts.set(port, known);
  return known;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const port = request.socket.localPort ?? 0;
  countsOf(port).requests += 1;
  const state = states.get(port) ?? well;
  if (request.url?.startsWith("/healthz") === true) {
    countsOf(port).check = `${request.headers.host ?? ""}${request.url}`;
  }
  const asked = new URL(request.url ?? "/", "http://replica").searchParams;
  await sleep(Number(asked.get("delay") ?? state.delayMs));
  if (state.broken) {
    request.socket.destroy();
    return;
  }
  response.writeHead(Number(asked.get("status") ?? state.status), { "x-replica": String(port), ...state.headers });
  if (asked.has("pause")) {
    response.write("so far ");
    await sleep(Number(asked.get("pause")));
  }
  response.end(JSON.stringify({ url: request.url, headers: request.headers }));
}

export function replicaServer(): Server {
  const server = createServer((request, response) => void answer(request, response));
  server.on("connection", (socket) => {
    const count = countsOf(socket.localPort ?? 0);
    count.connections += 1;
    count.open += 1;
    socket.on("close", () => (count.open -= 1));
  });
  return server;
}

/** What a replica does from now on: well in all that is not said. */
export function beReplica(port: number, state: Partial<ReplicaState>): void {
  states.set(port, { ...well, ...state });
}

/** What each replica has seen since the last time, by port. */
export function replicaRecords(): Readonly<Record<number, ReplicaRecord>> {
  const seen = Object.fromEntries([...counts].map(([port, count]) => [port, { ...count }]));
  for (const count of counts.values()) Object.assign(count, { requests: 0, connections: 0 });
  return seen;
}
