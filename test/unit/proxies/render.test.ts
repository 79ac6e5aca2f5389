import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ShownResource } from "../../../src/control-plane/pages/proxy-contents.ts";
import { timeLeft } from "../../../src/proxies/columns.ts";
import { renderCertificates } from "../../../src/proxies/render-certificates.ts";
import { renderProxies } from "../../../src/proxies/render-proxies.ts";
import { renderConfig, renderEndpoints, renderRoutes } from "../../../src/proxies/render-resources.ts";

const now = Date.parse("2026-01-01T00:00:00Z");

/** Each line's cells, which at least three spaces separate. */
function cells(text: string): readonly (readonly string[])[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {3,}/));
}

describe("time that is left", () => {
  const hour = 3_600_000;
  const table: readonly (readonly [number, string])[] = [
    [-1, "expired"],
    [0, "expired"],
    [59_999, "0m"],
    [hour, "60m"],
    [2 * hour, "2h"],
    [47.9 * hour, "47h"],
    [48 * hour, "2d"],
  ];
  for (const [left, text] of table) {
    test(text, () => {
      assert.equal(timeLeft(now + left, now), text);
    });
  }
});

const connected = {
  pod: "shop/web-1",
  connected: true,
  replica: "cp-1",
  connectedSince: "2025-12-31T23:00:00.000Z",
  synced: false,
  resources: 12,
  refused: [{ name: "http|10.0.0.1:80", version: "v", message: "no" }],
  certificateExpires: "2026-01-01T20:00:00.000Z",
  identity: "spiffe://cluster.local/ns/shop/sa/web",
  version: "1.2.3",
};
const unconnected = { pod: "shop/web-2", connected: false, refused: [], because: "no replica knows it" };

test("what Envoy says in several lines stays in its row", () => {
  const message = "Error adding/updating listener(s) a: no\nb: neither\n";
  const refused = ["a", "b"].map((name) => ({ name, version: "v", message }));
  const [, row, ...more] = cells(renderProxies([{ ...connected, refused }], true, now));
  const said = "Error adding/updating listener(s) a: no; b: neither";
  assert.deepEqual([row?.at(-1), more], [`a: ${said} | b: ${said}`, []]);
  const resource = { type: "listener", name: "a", state: "refused", version: "v", refusal: message } as const;
  assert.deepEqual(cells(renderConfig([resource], true)).at(-1), ["listener", "a", "refused", "v", said]);
});

test("the list of sidecars", () => {
  assert.deepEqual(cells(renderProxies([connected, unconnected], false, now)), [
    ["POD", "REPLICA", "SYNCED", "REFUSED", "RESOURCES", "CERTIFICATE", "VERSION"],
    ["shop/web-1", "cp-1", "no", "1", "12", "20h", "1.2.3"],
    ["shop/web-2", "not connected", "-", "-", "-", "-", "-"],
  ]);
  const [, first, second] = cells(renderProxies([connected, unconnected], true, now));
  assert.deepEqual(first?.slice(7), [connected.identity, connected.connectedSince, "http|10.0.0.1:80: no"]);
  assert.deepEqual(second?.slice(7), ["-", "-", "no replica knows it"]);
  assert.match(renderProxies([], false, now), /no pod carries a sidecar/);
});

const socket = (address: string): object => ({ address: { socket_address: { address, port_value: 8080 } } });
const resources: readonly ShownResource[] = [
  {
    type: "endpoints",
    name: "http|10.0.0.1:80|x",
    state: "current",
    version: "v",
    resource: {
      endpoints: [
        {
          locality: { zone: "a" },
          lb_endpoints: [
            {
              endpoint: socket("10.1.0.1"),
              metadata: { filter_metadata: { "envoy.transport_socket_match": { tls: "mesh" } } },
            },
            { endpoint: socket("fd00::1"), health_status: "DRAINING" },
          ],
        },
      ],
    } as ShownResource["resource"] & object,
  },
  { type: "endpoints", name: "empty", state: "current", version: "v", resource: {} },
];

test("endpoints", () => {
  assert.deepEqual(cells(renderEndpoints(resources, true)), [
    ["DESTINATION", "ENDPOINT", "HEALTH", "TLS", "ZONE"],
    ["http|10.0.0.1:80|x", "10.1.0.1:8080", "healthy", "mTLS", "a"],
    ["http|10.0.0.1:80|x", "[fd00::1]:8080", "draining", "plaintext", "a"],
    ["empty", "no endpoint", "-", "-", "-"],
  ]);
});

test("routes", () => {
  const virtualHosts = [
    {
      domains: ["*"],
      routes: [
        { match: { prefix: "/" }, route: { cluster_header: "x-outrigger-destination" } },
        { match: { path: "/one" }, route: { cluster: "two" } },
      ],
    },
  ];
  const shown = { type: "route", name: "outbound", state: "current", version: "v" } as const;
  assert.deepEqual(cells(renderRoutes([{ ...shown, resource: { virtual_hosts: virtualHosts } }], false)), [
    ["TABLE", "DOMAINS", "MATCH", "TO"],
    ["outbound", "*", "/*", "the original destination (header x-outrigger-destination)"],
    ["outbound", "*", "/one", "two"],
  ]);
});

test("every resource, and why one was refused", () => {
  const refused: ShownResource = { type: "cluster", name: "a", state: "refused", version: "v", refusal: "no thanks" };
  assert.deepEqual(cells(renderConfig([refused, { type: "cluster", name: "b", state: "removed" }], true)), [
    ["TYPE", "NAME", "STATE", "VERSION", "REFUSAL"],
    ["cluster", "a", "refused", "v", "no thanks"],
    ["cluster", "b", "removed", "-", "-"],
  ]);
});

test("certificates", () => {
  const certificate = {
    subject: "",
    names: ["URI:spiffe://cluster.local/ns/shop/sa/web"],
    issuer: "O=outrigger\nCN=root",
    serialNumber: "0A",
    notBefore: "2025-12-31T00:00:00.000Z",
    notAfter: "2026-01-01T12:00:00.000Z",
  };
  const root = { ...certificate, names: [], subject: "O=outrigger\nCN=root", notAfter: "2026-06-01T00:00:00.000Z" };
  assert.deepEqual(cells(renderCertificates({ identity: "x", chain: [certificate], roots: [root] }, true, now)), [
    ["CERTIFICATE", "NAME", "SERIAL", "NOT AFTER", "LEFT", "ISSUER"],
    ["own", "URI:spiffe://cluster.local/ns/shop/sa/web", "0A", certificate.notAfter, "12h", "O=outrigger,CN=root"],
    ["root", "O=outrigger,CN=root", "0A", root.notAfter, "151d", "O=outrigger,CN=root"],
  ]);
});
