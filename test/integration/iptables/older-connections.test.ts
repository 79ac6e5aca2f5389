/**
 * Connections that the proxy has opened before there were rules: in a mesh it asks its control plane for its listeners first,
 * and the rules come once it has them. The next packet may come from the other side.
 */
import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { proxyGid, proxyUid } from "../../../src/envoy/ports.ts";
import type { IpFamily } from "../../../src/net/cidr.ts";
import { capturePlan } from "../../capture-plans.ts";
import { applyPlan } from "./init-container.ts";
import { createNetwork, places } from "./network.ts";
import { requireNetworkTools } from "./requirements.ts";

const port = 15_012;
const patience = 3_000;

before(requireNetworkTools);

/** Takes one connection, and says on it what it is told. */
const server = `require("node:net").createServer((socket) => process.stdin.pipe(socket)).listen(${port}, "::",
  () => console.log("listening"))`;

/** Says what it hears. */
const client = `const socket = require("node:net").connect(${port}, process.argv[1], () => console.log("connected"));
  socket.on("error", ({ message }) => console.log(message)).pipe(process.stdout)`;

async function said(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [text] = (await Promise.race([once(child.stdout, "data"), sleep(patience, ["nothing"], { ref: false })])) as [
    Buffer | string,
  ];
  return text.toString().trim();
}

for (const mode of ["redirect", "tproxy"] as const) {
  for (const family of ["IPv4", "IPv6"] as const satisfies readonly IpFamily[]) {
    test(`${mode}, ${family}: the other side speaks first once the rules are there, and is heard`, async () => {
      // The kernel tracks no connections in a namespace that has never had a rule: it has to be a new one.
      const network = await createNetwork();
      after(async () => network.close());
      const { pod, world } = network;
      const remote = world.start(process.execPath, "-e", server);
      assert.equal(await said(remote), "listening");
      const asProxy = ["setpriv", `--reuid=${proxyUid}`, `--regid=${proxyGid}`, "--clear-groups"];
      const proxy = pod.start(...asProxy, process.execPath, "-e", client, places.remote[family]);
      assert.equal(await said(proxy), "connected");
      applyPlan(pod, capturePlan({ "interception-mode": mode }));
      remote.stdin.write("your listeners");
      assert.equal(await said(proxy), "your listeners");
    });
  }
}
