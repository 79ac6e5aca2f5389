/**
 * Protocols pass through two proxies as they would pass without: real clients and servers, and the proxies' counters.
 */
import assert from "node:assert/strict";
import { scenario } from "../scenario.ts";
import type { ReceivedEvents } from "./app/protocols/event-client.ts";
import type { GrpcAnswers } from "./app/protocols/grpc-client.ts";
import type { Digest } from "./app/protocols/patterned-body.ts";
import { digestOf, patternedBody } from "./app/protocols/patterned-body.ts";
import type { WebSocketAnswers } from "./app/protocols/web-socket-client.ts";
import { installedOnNode } from "./installation.ts";
import { protocolPodsOfFile } from "./protocol-pods.ts";
import { expectTraffic, noTraffic, throughBoth } from "./watched-traffic.ts";

installedOnNode();
const pods = protocolPodsOfFile("protocols");

/** What comes of a conversation, which both proxies count as so many requests, or else as so many connections. */
async function talk<T>(
  conversation: string,
  counted: { readonly requests?: number; readonly connections?: number },
  argument = 0,
): Promise<T> {
  const { namespace, client, server, converse } = pods();
  const expected = throughBoth(client, server, counted);
  return expectTraffic(namespace, expected, async () => converse<T>(conversation, argument));
}

scenario("protocols: gRPC calls of all four kinds, trailers and errors", async () => {
  assert.deepEqual(await talk<GrpcAnswers>("grpc", { requests: 5 }), {
    unary: "hello world",
    trailer: "the application",
    serverStream: ["hello world", "again world", "bye world"],
    clientStream: "hello Ann, Bob",
    bothStreams: ["hello Ann", "hello Bob"],
    refusal: { code: 5, details: "there is nobody" },
  });
});

scenario("protocols: WebSocket, with large messages, a ping, and a close code of its own", async () => {
  const answers = await talk<WebSocketAnswers>("webSocket", { requests: 1 });
  assert.deepEqual(answers, { text: "hello", binary: true, closeCode: 4000 });
});

scenario("protocols: server-sent events come when they are sent, not when the response ends", async ({ note }) => {
  const { events, spread } = await talk<ReceivedEvents>("events", { requests: 1 }, 1_000);
  assert.deepEqual(events, ["event 1", "event 2", "event 3"]);
  note(`three events with 1 s between them came within ${spread.toFixed(0)} ms`);
  assert.ok(spread > 1_000, "the first came before the last was sent");
});

for (const [conversation, what] of [
  ["upload", "HTTP/1.1 request without a length"],
  ["downloadOverHttp2", "HTTP/2 response"],
] as const) {
  scenario(`protocols: the body of an ${what} arrives as it was sent`, async () => {
    const bytes = 1_000_003;
    const received = await talk<Digest>(conversation, { requests: 1 }, bytes);
    assert.deepEqual(received, await digestOf(patternedBody(bytes)));
  });
}

scenario("protocols: TCP with bytes of any value, on a port that nobody has declared", async () => {
  assert.deepEqual(await talk("tcp", { connections: 1 }), { echoed: true });
});

scenario("protocols: UDP passes by the proxies, with the client's own address", async () => {
  const { namespace, client, server, clientAddress, converse } = pods();
  const answer = await expectTraffic(namespace, { [client]: noTraffic, [server]: noTraffic }, async () =>
    converse("udp"),
  );
  assert.deepEqual(answer, { answer: `${clientAddress} one datagram` });
});
