/**
 * A real sidecar and the real discovery server and identity: it is configured, keeps what is good, comes back by itself, and
 * is believed by its token only.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { typeUrls } from "../../../src/control-plane/ads/resource-source.ts";
import { eventually } from "../../eventually.ts";
import { bootstrapInput, podEnvironment } from "../../unit/envoy/sample-input.ts";
import type { Network } from "../iptables/network.ts";
import { createNetwork, places } from "../iptables/network.ts";
import { requireNetworkTools } from "../iptables/requirements.ts";
import type { Agent } from "../envoy/agent-client.ts";
import { startAgent } from "../envoy/agent-client.ts";
import type { EnvoyProcess } from "../envoy/envoy-process.ts";
import { startEnvoy } from "../envoy/envoy-process.ts";
import type { RemoteFunctions } from "../envoy/remote-functions.ts";
import { startRemote } from "../envoy/remote-functions.ts";
import { waitUntilReady } from "../envoy/sidecar.ts";
import type { DiscoveryFunctions, LoggedLine } from "./discovery-process.ts";
import { discoveryFunctions } from "./discovery-process.ts";

const host = places.remote.IPv4;
const port = 15_012;
const pagePort = 18_080;
const { POD_NAMESPACE: namespace, SERVICE_ACCOUNT: account, POD_NAME: pod } = podEnvironment;

/** A listener that answers every request with this page. */
function listener(page: string): Readonly<Record<string, unknown>> {
  const manager = {
    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix: "page",
    http_filters: [
      {
        name: "router",
        typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
      },
    ],
    route_config: {
      virtual_hosts: [
        {
          name: "page",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: page } } }],
        },
      ],
    },
  };
  return {
    name: "page",
    address: { socket_address: { address: "0.0.0.0", port_value: pagePort } },
    filter_chains: [{ filters: [{ name: "manager", typed_config: manager }] }],
  };
}

describe("a sidecar and its control plane", () => {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-discovery-"));
  const tokenFolder = join(folder, "tokens");
  let network: Network;
  let world: Agent;
  let control: RemoteFunctions<DiscoveryFunctions>;
  let envoy: EnvoyProcess;

  const replace = (path: string, text: string): void => {
    writeFileSync(join(folder, `${path}.new`), text);
    renameSync(join(folder, `${path}.new`), join(folder, path));
  };
  /** The control plane believes this token from now on, and no other. */
  const believe = (token: string): void => {
    writeFileSync(join(tokenFolder, namespace, account, pod), token);
  };
  const page = async (): Promise<string> => {
    const answer = await world.getPage({ host: places.pod.IPv4, port: pagePort, path: "/" });
    return answer.body;
  };
  const shows = (text: string): Promise<void> =>
    eventually(`the page says ${text}`, async () => (await page()) === text);
  const seen: LoggedLine[] = [];
  /** Waits for a line of the control plane's log that has come since the last call. */
  const logs = async (message: string): Promise<LoggedLine> => {
    let found: LoggedLine | undefined;
    await eventually(`the log says ${message}`, async () => {
      for (const line of await control.logged()) {
        seen.push(line);
        if (line.msg === message) found ??= line;
      }
      return found !== undefined;
    });
    if (found === undefined) throw new Error("it has just been found");
    return found;
  };
  const restart = async (): Promise<void> => {
    await control.stop();
    await control.logged();
    await control.start();
  };

  before(async () => {
    requireNetworkTools();
    network = await createNetwork();
    // The proxy's user must be able to read what is in it.
    chmodSync(folder, 0o755);
    mkdirSync(join(tokenFolder, namespace, account), { recursive: true });
    believe("first-token");
    replace("token", "first-token");
    world = startAgent(network.world);
    const names = Object.keys(discoveryFunctions) as (keyof DiscoveryFunctions)[];
    control = startRemote(network.world, join(import.meta.dirname, "discovery-process.ts"), names);
    await control.start({ host, port, trustFolder: folder, tokenFolder });
    await control.set(typeUrls.listener, "1", listener("one"));
    await control.setWildcard(typeUrls.listener, ["page"]);
    const controlPlane = { host, port, tokenPath: join(folder, "token"), trustDirectory: folder };
    envoy = startEnvoy(network.pod, bootstrapInput({ controlPlane }));
    await waitUntilReady(world, envoy);
  });
  after(async () => {
    await envoy.stop();
    await network.close();
    rmSync(folder, { recursive: true });
  });

  test("it is known by its token, and configured", async () => {
    await shows("one");
    const { proxy, identity } = await logs("proxy connected");
    assert.deepEqual(
      [proxy, identity],
      [`${namespace}/${pod}`, `spiffe://cluster.local/ns/${namespace}/sa/${account}`],
    );
  });

  test("it follows a change", async () => {
    await control.set(typeUrls.listener, "2", listener("two"));
    await shows("two");
  });

  test("it refuses what is bad, says so, and goes on with the last good one", async () => {
    await control.set(typeUrls.listener, "3", {
      ...listener("three"),
      filter_chains: [{ filters: [{ name: "none" }] }],
    });
    const { type, resources, reason } = await logs("proxy refused resources");
    assert.deepEqual([type, resources], ["listener", [{ name: "page", version: "3" }]]);
    assert.match(String(reason), /page/);
    assert.equal(await page(), "two");
    const refused = (await control.types()).flatMap((status) => status.refused.map(({ version }) => version));
    assert.deepEqual(refused, ["3"]);
    await control.set(typeUrls.listener, "4", listener("four"));
    await shows("four");
  });

  test("it comes back to a control plane that was restarted, and is sent nothing that it has", async () => {
    await restart();
    await logs("proxy connected");
    await eventually("everything is in sync", async () => (await control.types()).every(({ synced }) => synced));
    await control.set(typeUrls.listener, "5", listener("five"));
    await shows("five");
    const sent = [
      ...seen.slice(seen.findLastIndex(({ msg }) => msg === "proxy connected")),
      ...(await control.logged()),
    ];
    const listeners = sent.filter((line) => line.msg === "pushed" && line["type"] === "listener");
    assert.equal(listeners.length, 1);
  });

  test("it is refused with a token that is not its own, keeps what it has, and is believed again with the new one", async () => {
    believe("second-token");
    await restart();
    const refusal = await logs("stream refused");
    assert.equal(refusal["reason"], "invalid-token");
    assert.ok(!JSON.stringify(refusal).includes("first-token"));
    assert.equal(await page(), "five");
    replace("token", "second-token");
    await logs("proxy connected");
    await control.set(typeUrls.listener, "6", listener("six"));
    await shows("six");
  });

  test("it follows a change of the root by its trust file, before and after the new one signs", async () => {
    const comesBack = async (version: string): Promise<void> => {
      await restart();
      await logs("proxy connected");
      await control.set(typeUrls.listener, version, listener(version));
      await shows(version);
    };
    const before = await control.signer();
    await control.rotate();
    await comesBack("while the old root signs");
    assert.equal(await control.signer(), before);
    await eventually("the new root signs", async () => (await control.signer()) !== before);
    await comesBack("when the new root signs");
    assert.ok(envoy.isRunning());
  });
});
