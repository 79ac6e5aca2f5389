/**
 * What the control plane cannot translate costs that alone: a real sidecar keeps its last good version, and is told of
 * everything else.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../../eventually.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import type { SaidRule } from "../../mesh/sample-routes.ts";
import { routedPort } from "../../mesh/sample-routes.ts";
import { requireNetworkTools } from "../iptables/requirements.ts";
import type { LoggedLine } from "./control-plane.ts";
import type { RoutedPods } from "./routed-pods.ts";
import { backends, echoOf, servers, startRoutedPods, unrouted, web } from "./routed-pods.ts";

/** Half a character: no protobuf message can hold it. */
const unspeakable = "\ud800";

/** The routes of two ports: {@link web}'s, and those of the second backend. */
function routes(ofWeb: SaidRule, ofTwo: SaidRule): MeshStatement {
  const ports = [
    routedPort({ addresses: [`${web.host}:${web.port}`], rules: [ofWeb] }),
    routedPort({ service: "two", addresses: [backends.two], rules: [ofTwo] }),
  ];
  return { ...unrouted, routes: { "*": ports } };
}

const toOne: SaidRule = { backends: [{ to: backends.one }] };
const redirect = (statusCode: 301 | 308): SaidRule => ({ redirect: { statusCode } });

describe("what cannot be translated", () => {
  let pods: RoutedPods;

  before(async () => {
    requireNetworkTools();
    pods = await startRoutedPods();
  });
  after(() => pods.close());

  const [host = "", port = ""] = backends.two.split(":");

  async function statusOfTwo(): Promise<number> {
    return (await pods.client.application.getPage({ host, port: Number(port), path: "/" })).status;
  }

  async function faults(): Promise<readonly LoggedLine[]> {
    return (await pods.controlPlane.logged()).filter(({ msg }) => msg === "resource could not be made");
  }

  test("routes of one port: they stay as they were, those of another change", async () => {
    await pods.controlPlane.state(routes(toOne, redirect(301)));
    await eventually("both are routed", async () => (await statusOfTwo()) === 301);
    assert.equal(echoOf(await pods.get("/")).port, servers.one);
    await faults();
    await pods.controlPlane.state(
      routes({ ...toOne, request: { set: [{ name: "x", value: unspeakable }] } }, redirect(308)),
    );
    await eventually("the other port's are new", async () => (await statusOfTwo()) === 308);
    assert.equal(echoOf(await pods.get("/")).port, servers.one);
    const [fault, ...more] = await faults();
    assert.deepEqual(
      { type: fault?.["type"], name: fault?.["name"], part: fault?.["part"], more },
      { type: "route", name: "outbound", part: "shop/web|80", more: [] },
    );
    await pods.controlPlane.state(routes({ backends: [{ to: backends.three }] }, redirect(308)));
    await eventually("it is translated again", async () => echoOf(await pods.get("/")).port === servers.three);
  });

  test("a cluster: requests go on to where they went, and other clusters come", async () => {
    await pods.unroute();
    const [fresh = "", another = ""] = backends.fresh;
    const pageAt = async (address: string): Promise<number> => {
      const [ip = "", at = ""] = address.split(":");
      return echoOf(await pods.client.application.getPage({ host: ip, port: Number(at), path: "/" })).port;
    };
    assert.equal(await pageAt(fresh), servers.one);
    const services = unrouted.services.map((service) =>
      service.address === fresh ? { ...service, service: unspeakable } : service,
    );
    await pods.controlPlane.state({ ...unrouted, services });
    assert.equal(await pageAt(another), servers.two);
    assert.equal(await pageAt(fresh), servers.one);
    const told = (await faults()).map(({ type, name }) => ({ type, name }));
    assert.ok(
      told.some(({ type, name }) => type === "cluster" && name === `http|${fresh}`),
      JSON.stringify(told),
    );
  });
});
