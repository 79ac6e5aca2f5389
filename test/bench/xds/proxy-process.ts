/**
 * A process that plays many proxies, so that what they cost is not the control plane's. It does what its parent says and
 * ends with it.
 */
import { Client, credentials } from "@grpc/grpc-js";
import type { Command, Reply, Request, Totals } from "./protocol.ts";
import { SimulatedProxy } from "./simulated-proxy.ts";

/** A name of the server's certificate: proxies call it by its Service, which a cluster without a network does not have. */
const serverName = "outrigger-control-plane.outrigger-system.svc";

const proxies: SimulatedProxy[] = [];
let expected: { readonly address: string; remaining: number } = { address: "", remaining: 0 };
let arrived = Promise.withResolvers<undefined>();

function totals(): Totals {
  return {
    bytes: proxies.map(({ bytes }) => bytes),
    lastAt: proxies.reduce((latest, { lastAt }) => Math.max(latest, lastAt), 0),
  };
}

async function connect({ port, roots, proxies: plans }: Extract<Command, { kind: "connect" }>): Promise<void> {
  const channel = {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.ssl_target_name_override": serverName,
    "grpc.max_receive_message_length": -1,
    "grpc.enable_channelz": 0,
  };
  const configured = plans.map(async (plan) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const client = new Client(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(roots)), channel);
    const proxy = new SimulatedProxy(client, plan, {
      configured: () => {
        resolve(undefined);
      },
      endpoints: noteEndpoints,
      // A stream that breaks would make every figure after it a wrong one.
      failed: (error) => {
        throw error;
      },
    });
    proxies.push(proxy);
    await promise;
  });
  await Promise.all(configured);
}

function noteEndpoints(address: string): void {
  if (address !== expected.address) return;
  expected.remaining -= 1;
  if (expected.remaining === 0) arrived.resolve(undefined);
}

function expectEndpoints(address: string, remaining: number): void {
  expected = { address, remaining };
  arrived = Promise.withResolvers();
  if (remaining === 0) arrived.resolve(undefined);
}

async function obey(command: Command): Promise<void> {
  switch (command.kind) {
    case "connect":
      await connect(command);
      break;
    case "expect":
      expectEndpoints(command.address, command.proxies);
      break;
    case "arrival":
      await arrived.promise;
      break;
    case "ask":
      proxies[command.proxy]?.ask(command.address);
      break;
    case "forget":
      proxies[command.proxy]?.forget(command.address);
      break;
    case "totals":
      break;
  }
}

function reply(message: Reply): void {
  process.send?.(message);
}

process.on("message", ({ id, command }: Request) => {
  obey(command).then(
    () => {
      reply({ id, totals: totals() });
    },
    (error: unknown) => {
      reply({ id, error: String(error) });
    },
  );
});
process.on("disconnect", () => process.exit());
