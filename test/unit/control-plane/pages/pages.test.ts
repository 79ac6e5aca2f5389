/**
 * What the pages show of a proxy that a real client plays: what it was sent, what has become of it, and no key.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { issueLeaf, issueRoot } from "../../../../src/control-plane/identity/issue-certificate.ts";
import { ownRoot } from "../../../../src/control-plane/identity/signing-authority.ts";
import type { ShownResource } from "../../../../src/control-plane/pages/proxy-contents.ts";
import type { ListedProxy, ProxyCertificates, ReplicaCertificates } from "../../../../src/control-plane/pages/pages.ts";
import { createPages } from "../../../../src/control-plane/pages/pages.ts";
import { buildPagesApp } from "../../../../src/control-plane/pages/pages-app.ts";
import { redactKeys } from "../../../../src/control-plane/pages/redact-keys.ts";
import { certificateSecret } from "../../../../src/control-plane/xds/secrets.ts";
import { eventually } from "../../../eventually.ts";
import { DiscoveryClient } from "../ads/discovery-client.ts";
import type { ServedMesh } from "../ads/served-mesh.ts";
import { goodToken, serveMesh } from "../ads/served-mesh.ts";

const { cluster, secret } = typeUrls;
const identity = "spiffe://cluster.local/ns/shop/sa/default";
const expiry = Date.parse("2026-02-01T00:00:00Z");

describe("the pages of a control plane", () => {
  let mesh: ServedMesh;
  let client: DiscoveryClient;
  let page: (path: string) => Promise<{ readonly code: number; readonly body: unknown; readonly text: string }>;

  before(async () => {
    mesh = await serveMesh();
    client = new DiscoveryClient(mesh.port, mesh.root);
    const now = Date.now();
    const root = ownRoot(issueRoot("cluster.local", 1, now, 86_400_000));
    const leaf = issueLeaf(root, { uri: identity }, now, 3_600_000);
    const certificate = { certificateChain: leaf.certificate, privateKey: leaf.key };
    mesh.source.set(secret, "1", { ...certificateSecret(certificate) });
    const pages = createPages({
      server: mesh.server,
      secrets: {
        certificate: () => certificate,
        trustBundle: () => root.certificate,
        expiresAt: () => expiry,
        subscribe: () => () => undefined,
      },
      certificate: { current: () => leaf },
      model: { problems: () => [] },
    });
    const app = buildPagesApp(pages);
    page = async (path) => {
      const { statusCode, body } = await app.inject(path);
      return { code: statusCode, body: JSON.parse(body) as unknown, text: body };
    };
    mesh.source.set(cluster, "1", { name: "good", connect_timeout: "1s" });
    mesh.source.set(cluster, "1", { name: "bad", connect_timeout: "2s" });
    const stream = client.open(goodToken);
    stream.send({ typeUrl: cluster, resourceNamesSubscribe: ["good"] });
    stream.ack(await stream.response(0));
    stream.send({ typeUrl: cluster, resourceNamesSubscribe: ["bad"] });
    const { nonce } = await stream.response(1);
    stream.send({ typeUrl: cluster, responseNonce: nonce, errorDetail: { code: 13, message: "no thanks" } });
    stream.send({ typeUrl: secret, resourceNamesSubscribe: ["workload"] });
    stream.ack(await stream.response(2));
    await eventually("all was answered", () => mesh.server.proxies()[0]?.types.every(({ synced }) => synced) === true);
  });
  after(async () => {
    client.close();
    await mesh.server.stop();
  });

  test("list the proxies with the end of their certificates", async () => {
    const [proxy] = (await page("/proxies")).body as readonly ListedProxy[];
    assert.equal(proxy?.proxy.pod, "shop/web-1");
    assert.equal(proxy.certificateExpiresAt, expiry);
  });

  test("show what a proxy has of each type, and what it has refused", async () => {
    const resources = (await page("/proxies/shop/web-1/clusters")).body as readonly ShownResource[];
    assert.deepEqual(resources, [
      {
        type: "cluster",
        name: "bad",
        state: "refused",
        version: "1",
        refusal: "no thanks",
        resource: { name: "bad", connect_timeout: "2s" },
      },
      {
        type: "cluster",
        name: "good",
        state: "current",
        version: "1",
        resource: { name: "good", connect_timeout: "1s" },
      },
    ]);
  });

  test("show no key, whichever part is asked for", async () => {
    for (const part of ["config", "listeners", "routes", "clusters", "endpoints", "secrets", "certs"]) {
      const { code, text } = await page(`/proxies/shop/web-1/${part}`);
      assert.equal(code, 200, part);
      assert.doesNotMatch(text, /PRIVATE KEY/, part);
    }
    const [{ resource } = assert.fail()] = (await page("/proxies/shop/web-1/secrets")).body as readonly ShownResource[];
    const { tls_certificate: shown } = resource as { tls_certificate: Record<string, unknown> };
    assert.equal(shown["private_key"], "[redacted]");
    assert.match(JSON.stringify(shown["certificate_chain"]), /BEGIN CERTIFICATE/);
  });

  test("show the certificates of a proxy and of the replica", async () => {
    const { chain, roots } = (await page("/proxies/shop/web-1/certs")).body as ProxyCertificates;
    assert.deepEqual(chain[0]?.names, [`URI:${identity}`]);
    assert.match(chain[0].serialNumber, /^[0-9A-F]+$/);
    assert.equal(roots.length, 1);
    const replica = (await page("/certificates")).body as ReplicaCertificates;
    assert.deepEqual([replica.server.length, replica.roots[0]?.notAfter], [1, roots[0]?.notAfter]);
  });

  for (const path of ["/proxies/shop/other/config", "/proxies/shop/web-1/toString", "/proxies/shop/web-1"]) {
    test(`there is nothing at ${path}`, async () => {
      assert.equal((await page(path)).code, 404);
    });
  }
});

test("the pages answer to the loopback interface's names alone, whatever leads a browser there", async () => {
  const app = buildPagesApp({ "/proxies": () => [] });
  const codeOf = async (host: string): Promise<number> =>
    (await app.inject({ path: "/proxies", headers: { host } })).statusCode;
  assert.deepEqual(
    await Promise.all(["localhost", "localhost:8081", "127.0.0.1:8081", "shop.example:8081"].map(codeOf)),
    [200, 200, 200, 421],
  );
});

test("keys are found by their field and by what they look like", () => {
  const pem = "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----";
  assert.deepEqual(
    redactKeys({
      privateKey: { inlineString: "x" },
      private_key: 1,
      list: [{ note: pem }, "-----BEGIN CERTIFICATE-----"],
    }),
    {
      privateKey: "[redacted]",
      private_key: "[redacted]",
      list: [{ note: "[redacted]" }, "-----BEGIN CERTIFICATE-----"],
    },
  );
});
