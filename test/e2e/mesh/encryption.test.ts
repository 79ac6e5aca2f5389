/**
 * Between two pods of the mesh everything is encrypted, and each knows who the other is, whatever they speak; nothing was
 * configured for it. What goes over the wire is captured on the node; the same conversation between pods without sidecars
 * shows that the capture would see it.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { protocolPorts } from "../node/app/protocols/ports.ts";
import { applicationPod, applicationPorts, applicationService } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { execOk, run, runningPod } from "../node/running-pods.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext } from "../scenario.ts";
import { captureImpossible, capturePackets } from "./captured-packets.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { identityOf, loggedAccess, meshedAs, serviceAccount, withoutSidecar } from "./peers.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("encryption");
let namespace = "";

/** In the namespace of the file: `client` talks to these. Each has a twin without a sidecar, `plain-…`. */
const servers = ["protocols", "speaker"] as const;
type Server = (typeof servers)[number];

const protocolServer = { container: { command: ["node", "/app/protocols/server.js"] } };
const protocolService = Object.entries(protocolPorts)
  .filter(([name]) => name !== "udp")
  .map(([name, port]) => ({ name, port }));
const speakerService = Object.entries(applicationPorts).map(([name, port]) => ({ name: name.toLowerCase(), port }));

before(async () => {
  await awaitMesh();
  namespace = await namespaces.create(injectionEnabled);
  await run(
    namespace,
    ...["client", ...servers].map(serviceAccount),
    ...["protocols", "plain-protocols"].map((name) => applicationService(name, { ports: protocolService })),
    ...["speaker", "plain-speaker"].map((name) => applicationService(name, { ports: speakerService })),
    applicationPod("protocols", { ...protocolServer, ...meshedAs("protocols") }),
    applicationPod("speaker", meshedAs("speaker")),
    applicationPod("client", meshedAs("client")),
    applicationPod("plain-protocols", { ...protocolServer, ...withoutSidecar }),
    applicationPod("plain-speaker", withoutSidecar),
    applicationPod("plain-client", withoutSidecar),
  );
});
after(async () => namespaces.deleteAll());

interface Conversation {
  readonly server: Server;
  readonly port: number;
  /** Whether sidecars see requests in it, or only bytes. */
  readonly carriage: "http" | "tcp";
  /** What the client runs; `host` is the server's Service. */
  readonly command: (host: string) => readonly string[];
  /** What is said in clear between the applications. */
  readonly says: string;
}

const converse =
  (name: string, argument = 0) =>
  (host: string): readonly string[] => ["node", "/app/protocols/client.js", name, host, String(argument)];

/** Says a line, waits for the same to come back, and closes. */
const listenThenSpeak = (host: string): readonly string[] => [
  "sh",
  "-c",
  `(sleep 1; echo ahoy; sleep 1) | timeout 10 nc ${host} ${applicationPorts.serverFirst}`,
];

const everyLetter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** In the answer to an upload. */
const digest = '"sha256":"';

const conversations: Readonly<Record<string, Conversation>> = {
  "HTTP/1.1": http(protocolPorts.http, "upload", digest),
  "HTTP/2": http(protocolPorts.h2c, "uploadOverHttp2", digest),
  gRPC: http(protocolPorts.grpc, "grpc", "hello Ann, Bob"),
  WebSocket: http(protocolPorts.http, "webSocket", "hello"),
  "TCP on a port that nobody has declared": {
    ...{ server: "protocols", carriage: "tcp", port: protocolPorts.tcp },
    ...{ command: converse("tcp"), says: everyLetter },
  },
  "a server that speaks first": {
    ...{ server: "speaker", carriage: "tcp", port: applicationPorts.serverFirst },
    ...{ command: listenThenSpeak, says: "speaker ready" },
  },
};

function http(port: number, name: string, says: string): Conversation {
  return { server: "protocols", carriage: "http", port, command: converse(name, 20_000), says };
}

/** Has the conversation; gives what was on the wire between the two pods. */
async function overhear(client: string, server: string, { command }: Conversation): Promise<Buffer> {
  const [from, to] = await Promise.all([client, server].map(async (name) => runningPod(namespace, name)));
  assert.ok(from !== undefined && to !== undefined);
  const addresses = [from.status.podIP, to.status.podIP] as const;
  return (await capturePackets(addresses, async () => execOk({ namespace, pod: client }, command(server)))).bytes;
}

/** Both sidecars say by whose certificates they have spoken. */
async function expectPeers({ server, port, carriage }: Conversation, since: Date): Promise<void> {
  const isIt = (direction: string) => (line: { readonly direction: string; readonly original_destination: string }) =>
    line.direction === direction && line.original_destination.endsWith(`:${port}`);
  const sent = await loggedAccess({ namespace, pod: "client" }, since, `traffic to ${server}`, isIt("outbound"));
  const received = await loggedAccess({ namespace, pod: server }, since, "traffic from the client", isIt("inbound"));
  assert.equal(sent.upstream_peer, identityOf(namespace, server));
  assert.equal(received.downstream_peer, identityOf(namespace, "client"));
  for (const { protocol } of [sent, received]) assert.equal(protocol === "TCP", carriage === "tcp", protocol);
}

for (const [what, conversation] of Object.entries(conversations)) {
  scenario(
    `encryption: ${what} is mTLS between pods of the mesh: nobody on the way can read it`,
    async (context: ScenarioContext) => {
      showMeshOnFailure(context, namespace);
      const since = new Date();
      const wire = await overhear("client", conversation.server, conversation);
      await expectPeers(conversation, since);
      assert.ok(wire.length > 0, "the capture has seen them talk");
      assert.ok(!wire.includes(conversation.says), `"${conversation.says}" is on the wire`);
      const plainWire = await overhear("plain-client", `plain-${conversation.server}`, conversation);
      assert.ok(plainWire.includes(conversation.says), "without sidecars the same words are seen");
    },
    { impossibleBecause: captureImpossible },
  );
}

scenario(
  "encryption: the application learns who calls it, and a caller's own claim is not believed",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const url = `http://speaker:${applicationPorts.http}/`;
    const meshed = await fetchIn(namespace, "client", url);
    assert.equal(uriOf(meshed.headers["x-forwarded-client-cert"]), identityOf(namespace, "client"));
    const forge = ["wget", "-q", "-O", "-", "--header", "x-forwarded-client-cert: URI=spiffe://forged", url];
    for (const pod of ["client", "plain-client"]) {
      assert.doesNotMatch(await execOk({ namespace, pod }, forge), /forged/);
    }
  },
);

/** Of a header `x-forwarded-client-cert` with one element. */
function uriOf(header = ""): string | undefined {
  return /(?:^|;)URI=([^;,]+)$/.exec(header)?.[1];
}
