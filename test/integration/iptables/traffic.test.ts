/**
 * Real connections through real rules, in both families and with both of the kernel's rule sets: who accepts them?
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { IpFamily } from "../../../src/net/cidr.ts";
import { capturePlan } from "../../capture-plans.ts";
import { applyPlan } from "./init-container.ts";
import type { Network } from "./network.ts";
import { createNetwork, places } from "./network.ts";
import type { TryConnection } from "./pod-agents.ts";
import { startAgents } from "./pod-agents.ts";
import { requireNetworkTools } from "./requirements.ts";
import { trafficCases } from "./traffic-cases.ts";

const families: readonly IpFamily[] = ["IPv4", "IPv6"];

async function checkAll(
  tryConnection: TryConnection,
  accepted: Readonly<Record<string, string>>,
  family: IpFamily,
): Promise<void> {
  for (const [connection, expected] of Object.entries(accepted)) {
    const [actual] = (await tryConnection(connection, family)).split(" ");
    assert.equal(actual, expected, `${connection} over ${family}`);
  }
}

for (const [mode, backend] of [
  ["redirect", "nft"],
  ["redirect", "legacy"],
  ["tproxy", "nft"],
  ["tproxy", "legacy"],
] as const) {
  describe(`${mode} with iptables-${backend}`, () => {
    let network: Network;
    let tryConnection: TryConnection;

    before(async () => {
      requireNetworkTools();
      network = await createNetwork();
      // What makes the init container choose the backend.
      network.pod.run(`iptables-${backend}`, "-t", "nat", "-N", "KUBE-MARK-MASQ");
      tryConnection = await startAgents(network, mode);
    });

    after(() => network.close());

    for (const { name, settings, accepted } of trafficCases) {
      test(name, async () => {
        applyPlan(network.pod, capturePlan({ "interception-mode": mode, ...settings }));
        for (const family of families) await checkAll(tryConnection, accepted, family);
      });
    }

    test("a family that is given no CIDR of its own is not captured outbound", async () => {
      applyPlan(network.pod, capturePlan({ "interception-mode": mode, "include-outbound-cidrs": "0.0.0.0/0" }));
      await checkAll(tryConnection, { "app > remote:80": "outbound", "client > pod:8080": "inbound" }, "IPv4");
      await checkAll(tryConnection, { "app > remote:80": "remote", "client > pod:8080": "inbound" }, "IPv6");
    });

    test("a family that the pod does not have gets no rules", async () => {
      applyPlan(network.pod, capturePlan({ "interception-mode": mode, "ip-families": ["IPv6"] }));
      await checkAll(tryConnection, { "app > remote:80": "remote", "client > pod:8080": "app" }, "IPv4");
      await checkAll(tryConnection, { "app > remote:80": "outbound", "client > pod:8080": "inbound" }, "IPv6");
    });

    if (mode === "redirect") return;
    for (const family of families) {
      test(`the client's address reaches the proxy and the application over ${family}`, async () => {
        applyPlan(network.pod, capturePlan({ "interception-mode": mode }));
        const [client, pod] = [places.client[family], places.pod[family]];
        assert.equal(await tryConnection("client > pod:8080", family), `inbound ${client} (app ${client})`);
        assert.equal(await tryConnection("proxy > pod:8080", family), `inbound ${pod} (app ${pod})`);
      });
    }
  });
}
