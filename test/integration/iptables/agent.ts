/**
 * The process that the tests run inside a namespace as some user: it answers whoever connects with its own name and the
 * address it saw, and connects elsewhere when told to.
 *
 * Arguments: name, uid, gid. Standard input: one request a line, `{ listen: [ports…], name }` or
 * `{ connect: { protocol, host, port, from? } }`; standard output: one answer a line. It ends with its standard input.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";

export interface ConnectRequest {
  readonly protocol: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
  /** Source address; undefined for the kernel's choice. */
  readonly from?: string | undefined;
}

export interface AgentRequest {
  readonly listen?: readonly number[];
  readonly name?: string;
  readonly connect?: ConnectRequest;
}

const patience = 2_000;

async function listen(port: number, name: string): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).end(`${name} ${(socket.remoteAddress ?? "").replace("::ffff:", "")}`);
  });
  server.listen(port, "::");
  const datagrams = createSocket({ type: "udp6" });
  datagrams.on("message", (_, { port: back, address }) => {
    datagrams.send(`${name} ${address.replace("::ffff:", "")}`, back, address);
  });
  datagrams.bind(port, "::");
  await Promise.all([once(server, "listening"), once(datagrams, "listening")]);
}

async function connectTcp({ host, port, from }: ConnectRequest): Promise<string> {
  const socket = connect({ host, port, localAddress: from });
  socket.setTimeout(patience, () => socket.destroy(new Error("timeout")));
  let answer = "";
  for await (const part of socket) answer += String(part);
  return answer;
}

async function connectUdp({ host, port }: ConnectRequest): Promise<string> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.send("?", port, host);
  const answer: unknown[] = await once(socket, "message", { signal: AbortSignal.timeout(patience) });
  socket.close();
  return String(answer[0]);
}

async function handle({ listen: ports, name, connect: request }: AgentRequest): Promise<string> {
  if (ports !== undefined) await Promise.all(ports.map((port) => listen(port, name ?? "")));
  if (request === undefined) return "ok";
  return request.protocol === "tcp" ? connectTcp(request) : connectUdp(request);
}

if (import.meta.main) {
  const [uid = 0, gid = 0] = process.argv.slice(2).map(Number);
  // Only now: the user may not be allowed to read the files that this program is made of.
  process.setgroups?.([]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  for await (const line of createInterface(process.stdin)) {
    const answer = await handle(JSON.parse(line) as AgentRequest).catch((error: unknown) => `failed: ${String(error)}`);
    process.stdout.write(`${answer}\n`);
  }
}
