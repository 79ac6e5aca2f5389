/**
 * Bodies of 1 GiB stream through both proxies, which keep no more of them than a few buffers.
 */
import assert from "node:assert/strict";
import { scenario } from "../scenario.ts";
import type { Digest } from "./app/protocols/patterned-body.ts";
import { digestOf, patternedBody } from "./app/protocols/patterned-body.ts";
import { installedOnNode } from "./installation.ts";
import { protocolPodsOfFile } from "./protocol-pods.ts";
import { proxyStatistics } from "./proxy-traffic.ts";
import { expectTraffic, throughBoth } from "./watched-traffic.ts";

installedOnNode();
const pods = protocolPodsOfFile("large-bodies");
const gibibyte = 2 ** 30;
const sent = digestOf(patternedBody(gibibyte));

for (const [conversation, what] of [
  ["download", "from the server, over HTTP/1.1"],
  ["upload", "to the server, over HTTP/1.1"],
  ["downloadOverHttp2", "from the server, over HTTP/2"],
  ["uploadOverHttp2", "to the server, over HTTP/2"],
] as const) {
  scenario(
    `large bodies: 1 GiB ${what}`,
    async ({ note }) => {
      const { namespace, client, server, converse } = pods();
      const start = performance.now();
      const expected = throughBoth(client, server, { requests: 1 });
      const received = await expectTraffic(namespace, expected, async () => converse<Digest>(conversation, gibibyte));
      note(`${((performance.now() - start) / 1000).toFixed(0)} s`);
      assert.equal(received.bytes, gibibyte);
      assert.deepEqual(received, await sent);
    },
    { timeoutMs: 300_000 },
  );
}

scenario("large bodies: the proxies hold no more than buffers of them", async ({ note }) => {
  const { namespace, client, server } = pods();
  for (const pod of [client, server]) {
    const { allocated, heap } = memoryOf(await proxyStatistics(namespace, pod));
    note(`${pod}'s proxy: ${allocated.toFixed(0)} MiB allocated, of a heap of ${heap.toFixed(0)} MiB`);
    // Of 4 GiB. What waits for a slow reader is bounded by Envoy's buffers and, over HTTP/2, by its windows.
    assert.ok(allocated < 128, "buffers and windows");
  }
});

/** In MiB. */
function memoryOf(statistics: string): { readonly allocated: number; readonly heap: number } {
  const mebibytes = (name: string): number => {
    const value = new RegExp(`^envoy_server_memory_${name}(?:\\{\\})? (\\d+)$`, "m").exec(statistics)?.[1];
    assert.ok(value !== undefined, `the proxy tells envoy_server_memory_${name}`);
    return Number(value) / 2 ** 20;
  };
  return { allocated: mebibytes("allocated"), heap: mebibytes("heap_size") };
}
