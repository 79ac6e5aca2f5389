/**
 * IPv6 goes through the proxies like IPv4, in pods that have both.
 */
import assert from "node:assert/strict";
import { kubectlJson } from "../kubectl.ts";
import { scenario } from "../scenario.ts";
import { applicationPorts, applicationService } from "./application.ts";
import { clientAndServerOfFile, fetchIn } from "./client-and-server.ts";
import { installedOnNode } from "./installation.ts";
import { ipv6Of, whyNoIpv6 } from "./ip-families.ts";
import { execOk, run } from "./running-pods.ts";
import {
  expectTraffic,
  noTraffic,
  oneConnectionIn,
  oneConnectionOut,
  oneRequestIn,
  oneRequestOut,
} from "./watched-traffic.ts";

installedOnNode();
const pods = clientAndServerOfFile("ipv6");
const { http, serverFirst } = applicationPorts;
const options = { impossibleBecause: await whyNoIpv6() };

/** A request by the client that goes out through one proxy and in through the other, all of it as IPv6. */
async function expectThroughBoth(url: string): Promise<void> {
  const { namespace, client, server } = pods();
  const expected = { [client]: oneRequestOut, [server]: oneRequestIn };
  const echo = await expectTraffic(namespace, expected, async () => fetchIn(namespace, client, url));
  assert.equal(echo.pod, server);
  assert.equal(echo.remoteAddress, "::6", "the proxy delivers as IPv6");
}

scenario(
  "IPv6: to a pod's address",
  async () => {
    await expectThroughBoth(`http://[${ipv6Of(pods().serverPod)}]:${http}/`);
  },
  options,
);

scenario(
  "IPv6: to a Service of that family, by its name",
  async () => {
    const families = { ipFamilies: ["IPv6"], ipFamilyPolicy: "SingleStack" };
    await run(pods().namespace, applicationService("web6", families, "web"));
    await expectThroughBoth("http://web6/");
  },
  options,
);

scenario(
  "IPv6: to a node port, which IPv4 has too",
  async () => {
    const { namespace, client, server, serverPod } = pods();
    const { spec } = await kubectlJson<{ readonly spec: { readonly ports: readonly { readonly nodePort: number }[] } }>(
      [...["-n", namespace, "get", "service", "web-node"]],
    );
    const port = spec.ports[0]?.nodePort ?? 0;
    const [first, second] = serverPod.status.hostIPs.map(({ ip }) => ip);
    await expectThroughBoth(`http://[${second ?? ""}]:${port}/`);
    const expected = { [client]: oneRequestOut, [server]: oneRequestIn };
    await expectTraffic(namespace, expected, async () => fetchIn(namespace, client, `http://${first ?? ""}:${port}/`));
  },
  options,
);

scenario(
  "IPv6: a server that speaks first is heard",
  async () => {
    const { namespace, client, server, serverPod } = pods();
    const expected = { [client]: oneConnectionOut, [server]: oneConnectionIn };
    const listen = `sleep 2 | timeout 10 nc ${ipv6Of(serverPod)} ${serverFirst}`;
    const greeting = await expectTraffic(namespace, expected, async () =>
      execOk({ namespace, pod: client }, ["sh", "-c", listen]),
    );
    assert.equal(greeting, `220 ${server} ready\r\n`);
  },
  options,
);

scenario(
  "IPv6: a pod that calls its own address stays inside",
  async () => {
    const { namespace, server, serverPod } = pods();
    await expectTraffic(namespace, { [server]: noTraffic }, async () => {
      await fetchIn(namespace, server, `http://[${ipv6Of(serverPod)}]:${http}/`);
      await fetchIn(namespace, server, `http://[::1]:${http}/`);
    });
  },
  options,
);
