/**
 * Connections of every kind that are used, then left alone for a while, then used again.
 */
import { once } from "node:events";
import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:http2";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { receiveEvents } from "./event-client.ts";
import { greetEach, grpcClient } from "./grpc-client.ts";
import { protocolPorts } from "./ports.ts";
import { echoOver, openTcp } from "./tcp-and-udp-clients.ts";
import { echoOverWebSocket, openWebSocket } from "./web-socket-client.ts";

/** An open connection: what is said on it, and what is answered on the very same connection. */
interface Idler {
  readonly say: (word: string) => Promise<string>;
  readonly close: () => unknown;
}

const kinds: Readonly<Record<string, (host: string) => Promise<Idler>>> = {
  tcp: async (host) => {
    const socket = await openTcp(host);
    return {
      say: async (word) => (await echoOver(socket, Buffer.from(word))).toString(),
      close: () => socket.destroy(),
    };
  },
  http1: (host) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let first: number | undefined;
    const say = async (word: string): Promise<string> => {
      const sent = request(`http://${host}:${protocolPorts.http}/`, { agent }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      const port = response.socket.localPort;
      first ??= port;
      await text(response);
      return port === first ? word : `another connection, after one from port ${first}`;
    };
    return Promise.resolve({
      say,
      close: () => {
        agent.destroy();
      },
    });
  },
  http2: (host) => {
    const session = connect(`http://${host}:${protocolPorts.h2c}`);
    const say = async (word: string): Promise<string> => {
      await text(session.request({ ":path": "/" }));
      return word;
    };
    return Promise.resolve({
      say,
      close: () => {
        session.destroy();
      },
    });
  },
  webSocket: async (host) => {
    const socket = await openWebSocket(host);
    return {
      say: async (word) => (await echoOverWebSocket(socket, word)).toString(),
      close: () => {
        socket.terminate();
      },
    };
  },
  grpc: (host) => {
    const client = grpcClient(host);
    const greetings = greetEach(client);
    const say = async (word: string): Promise<string> => (await greetings.ask(word)).replace("hello ", "");
    const close = async (): Promise<void> => {
      await greetings.end();
      client.close();
    };
    return Promise.resolve({ say, close });
  },
};

/** Says a word on a connection of each kind, waits, and says another; a kind's value is what came back of the latter. */
export async function useIdleConnections(host: string, seconds: number): Promise<Readonly<Record<string, string>>> {
  const opened = await Promise.all(
    Object.entries(kinds).map(async ([kind, open]) => {
      const idler = await open(host);
      await idler.say("before");
      return { kind, idler };
    }),
  );
  // On this one nothing at all is said before, and the other answers without being asked.
  const silent = await openTcp(host);
  const events = receiveEvents(host, seconds * 1000, 2);
  await sleep(seconds * 1000);
  const said = opened.map(async ({ kind, idler }) => [kind, await idler.say("after")] as const);
  const answers = Object.fromEntries(await Promise.all(said));
  const silentAnswer = (await echoOver(silent, Buffer.from("after"))).toString();
  const answered = { ...answers, silent: silentAnswer, events: (await events).events.join(", ") };
  for (const { idler } of opened) await idler.close();
  silent.destroy();
  return answered;
}
