/**
 * The client of the scenarios about protocols: `client.ts CONVERSATION HOST [ARGUMENT]` holds one conversation with the
 * application and prints what came of it as JSON.
 */
import { receiveEvents } from "./event-client.ts";
import { callEachKind } from "./grpc-client.ts";
import { download, downloadOverHttp2, upload, uploadOverHttp2 } from "./http-clients.ts";
import { useIdleConnections } from "./idle-connections.ts";
import { echoEveryByte, sendDatagram } from "./tcp-and-udp-clients.ts";
import { talkOverWebSocket } from "./web-socket-client.ts";

type Conversation = (host: string, argument: number) => Promise<object>;

const conversations: Readonly<Record<string, Conversation>> = {
  download,
  downloadOverHttp2,
  upload,
  uploadOverHttp2,
  events: async (host, every) => receiveEvents(host, every, 3),
  grpc: callEachKind,
  idle: useIdleConnections,
  tcp: echoEveryByte,
  udp: sendDatagram,
  webSocket: talkOverWebSocket,
};

const [name = "", host = "", argument = "0"] = process.argv.slice(2);
const conversation = conversations[name];
if (conversation === undefined)
  throw new Error(`no conversation ${name}; there are ${Object.keys(conversations).join()}`);
console.log(JSON.stringify(await conversation(host, Number(argument))));
