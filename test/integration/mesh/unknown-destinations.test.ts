/**
 * What an operator decides of destinations that nothing in the cluster has, and of ranges that belong to the mesh, as a real
 * sidecar does it.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import { parseCidrList } from "../../../src/net/cidr.ts";
import type { Cidr } from "../../../src/net/cidr.ts";
import { eventually } from "../../eventually.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { endpoint, service } from "../../mesh/sample-mesh.ts";
import { at } from "../envoy/sidecar.ts";
import { elsewhere, podAddress } from "./mesh-network.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod, startTwoSidecars } from "./two-sidecars.ts";

/** A Service with a public address, as some clusters have them. */
const publicService = "203.0.113.50";

function serviceAt(host: string): MeshStatement["services"][number] {
  const endpoints = [endpoint(serverPod, at.pages)];
  return service({ namespace: "elsewhere", address: `${host}:80`, service: "web", port: 80, endpoints });
}

const mesh: MeshStatement = {
  services: [serviceAt("10.96.0.1"), serviceAt(publicService)],
  workloads: [clientPod, serverPod],
  inspectedPorts: [80, at.pages],
  opaqueAddresses: [],
};

function rangesOf(...texts: readonly string[]): readonly Cidr[] {
  const parsed = parseCidrList(texts, "mesh.ranges");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

async function startWith(settings: TranslationSettings): Promise<TwoSidecars> {
  return startTwoSidecars({ mesh, settings });
}

const overMesh = /URI=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/client/;

describe("unknown destinations are refused", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startWith({ ranges: [], unknownDestinations: "refuse" });
  });
  after(() => pods.close());

  for (const [what, host] of Object.entries(elsewhere)) {
    test(`a ${what} address that nothing in the cluster has: a request is answered 503, and does not leave`, async () => {
      const page = await pods.client.application.getPage({ host, port: at.pages, path: "/secret" });
      assert.equal(page.status, 503, page.body);
      assert.doesNotMatch(page.body, /secret/);
      await eventually("the access log says why", () =>
        pods.client.envoy
          .accessLog()
          .some((line) => line["original_destination"] === `${host}:${at.pages}` && line["response_flags"] === "UH"),
      );
    });

    test(`a ${what} address that nothing in the cluster has: a connection is closed without a word`, async () => {
      const heard = await pods.client.application.talk({ host, port: at.opaque, send: ["one"], end: true });
      assert.equal(heard.text, "");
    });
  }

  test("Services and pods are reached as ever", async () => {
    const ofService = await pods.client.application.getPage({ host: "10.96.0.1", port: 80, path: "/" });
    assert.match(ofService.body, overMesh);
    const ofPod = await pods.client.application.getPage({ host: podAddress(2).IPv4, port: at.pages, path: "/" });
    assert.match(ofPod.body, overMesh);
  });
});

describe("ranges of the mesh beside the private ones", () => {
  let pods: TwoSidecars;
  before(async () => {
    // Two of them are private ranges in other words; a sidecar that got the same range twice would refuse its listeners.
    const ranges = rangesOf("203.0.113.77/24", "10.1.2.3/8", "FC00::1/7", "203.0.113.0/24");
    pods = await startWith({ ranges, unknownDestinations: "pass" });
  });
  after(() => pods.close());

  test("a Service with a public address is the mesh's", async () => {
    const page = await pods.client.application.getPage({ host: publicService, port: 80, path: "/" });
    assert.match(page.body, overMesh);
  });

  test("what nothing in the cluster has is asked for, and passed on", async () => {
    const page = await pods.client.application.getPage({ host: elsewhere.public, port: at.pages, path: "/here" });
    assert.equal(page.status, 200, page.body);
    assert.match(await pods.client.admin("/clusters"), new RegExp(`^http\\|${elsewhere.public}:${at.pages}::`, "m"));
  });
});

describe("without such ranges", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startWith({ ranges: [], unknownDestinations: "pass" });
  });
  after(() => pods.close());

  test("a public address is nobody's in the mesh, even if a Service has it", async () => {
    const heard = await pods.client.application.talk({
      host: publicService,
      port: 80,
      send: ["GET / HTTP/1.0\r\n\r\n"],
      end: false,
      until: "\r\n\r\n",
    });
    assert.doesNotMatch(heard.text, overMesh);
    assert.doesNotMatch(await pods.client.admin("/clusters"), new RegExp(`\\|${publicService}:`));
  });
});
