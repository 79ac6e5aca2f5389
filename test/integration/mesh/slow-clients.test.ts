/**
 * Clients that take their time before they say anything: requests are requests where the Service says so, however late they
 * come, and servers that speak first do not wait for them.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../../eventually.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { endpoint, service } from "../../mesh/sample-mesh.ts";
import { routedPort } from "../../mesh/sample-routes.ts";
import type { DeclaredProtocol } from "../../../src/control-plane/model/destination.ts";
import type { Heard } from "../envoy/conversations.ts";
import { at } from "../envoy/sidecar.ts";
import { podAddress } from "./mesh-network.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod, startTwoSidecars } from "./two-sidecars.ts";

const [declared, greeting, changing, routed] = ["10.96.8.1", "10.96.8.2", "10.96.8.3", "10.96.8.4"] as const;

function serviceAt(ip: string, protocol: DeclaredProtocol, port: number): MeshStatement["services"][number] {
  const endpoints = [endpoint(serverPod, port)];
  return service({ namespace: "elsewhere", address: `${ip}:80`, service: `at-${ip}`, protocol, endpoints });
}

function meshWith(protocol: DeclaredProtocol): MeshStatement {
  const rules = [{ response: { set: [{ name: "x-routed", value: "yes" }] }, backends: [{ to: `${routed}:80` }] }];
  return {
    services: [
      serviceAt(declared, "http", at.pages),
      serviceAt(routed, "http", at.pages),
      serviceAt(greeting, "detect", at.undeclared),
      serviceAt(changing, protocol, at.pages),
    ],
    workloads: [clientPod, serverPod],
    inspectedPorts: [80],
    opaqueAddresses: [],
    routes: {
      "*": [routedPort({ namespace: "elsewhere", service: `at-${routed}`, addresses: [`${routed}:80`], rules })],
    },
  };
}

/** Longer than a sidecar looks at a silent client. */
const pauseMs = 500;

describe("a client that is late", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startTwoSidecars({ mesh: meshWith("detect") });
  });
  after(() => pods.close());

  const ask = async (host: string, ...send: readonly string[]): Promise<Heard> =>
    pods.client.application.talk({ host, port: 80, send, pauseMs, end: false });
  const request = "GET /late HTTP/1.1\r\nHost: web\r\n";
  const get = `${request}Connection: close\r\n\r\n`;
  const lineOf = async (destination: string): Promise<Readonly<Record<string, unknown>>> => {
    let line: Readonly<Record<string, unknown>> | undefined;
    await eventually(`a line of ${destination}`, () => {
      line = pods.client.envoy
        .accessLog()
        .findLast(({ original_destination, protocol }) => original_destination === destination && protocol !== "TCP");
      return line !== undefined;
    });
    return line ?? {};
  };

  test("makes requests where the Service says that it takes those, with their route, over mTLS, and is known by its own address", async () => {
    const heard = await ask(routed, "", get);
    assert.match(heard.text, /^HTTP\/1\.1 200 OK/);
    assert.match(heard.text, /x-routed: yes/);
    assert.match(heard.text, /x-forwarded-client-cert/);
    assert.doesNotMatch(heard.text, /x-outrigger/);
    const line = await lineOf(`${routed}:80`);
    assert.equal(line["path"], "/late");
    assert.equal(line["upstream_cluster"], "elsewhere/at-10_96_8_4|80");
    assert.match(String(line["downstream_remote"]), new RegExp(`^${podAddress(1).IPv4}:`));
  });

  test("so it is also where no route is, and when it sends in pieces, and several requests on its connection", async () => {
    const heard = await ask(declared, "", "G", get.slice(1));
    assert.match(heard.text, /^HTTP\/1\.1 200 OK/);
    const both = await pods.client.application.talk({
      host: declared,
      port: 80,
      send: ["", `${request}\r\n`, get],
      pauseMs,
      end: false,
    });
    assert.equal(both.text.match(/HTTP\/1\.1 200 OK/g)?.length, 2, both.text);
  });

  test("is answered as HTTP answers, if it says something else", async () => {
    const heard = await pods.client.application.talk({ host: declared, port: 80, send: ["hello\r\n\r\n"], end: false });
    assert.match(heard.text, /^HTTP\/1\.1 400/);
  });

  test("hears soon of a server that speaks first, where nobody has said what that is", async () => {
    for (const turn of ["first", "second"]) {
      const heard = await pods.client.application.talk({
        host: greeting,
        port: 80,
        send: [],
        end: false,
        until: "welcome",
      });
      assert.equal(heard.failure, undefined);
      assert.ok(heard.firstByteMs < 2_000, `${turn}: ${heard.firstByteMs} ms`);
    }
  });

  test("follows a Service that comes to say what it takes, and ceases to", async () => {
    const isRequest = async (): Promise<boolean> => {
      const before = pods.client.envoy.accessLog().length;
      assert.match((await ask(changing, "", get)).text, /^HTTP\/1\.1 200 OK/);
      await eventually("it is logged", () => pods.client.envoy.accessLog().length > before);
      const lines = pods.client.envoy.accessLog().slice(before);
      return lines.some(({ original_destination: to, path }) => to === `${changing}:80` && path === "/late");
    };
    assert.equal(await isRequest(), false);
    await pods.controlPlane.state(meshWith("http"));
    await eventually("it takes requests", isRequest);
    await pods.controlPlane.state(meshWith("detect"));
    await eventually("it takes whatever comes", async () => !(await isRequest()));
  });

  test("is logged once for each request, and leaves no connection behind", async () => {
    const paths = ["/first", "/second", "/third"];
    for (const path of paths) await ask(declared, "", get.replace("/late", path));
    const isIdle = async (): Promise<boolean> => {
      const stats = await pods.client.admin(
        "/stats?filter=^(http|tcp|cluster)\\.(outbound|undetected)\\.(downstream|upstream)_cx_active$",
      );
      return stats
        .split("\n")
        .filter(Boolean)
        .every((line) => line.endsWith(": 0"));
    };
    await eventually("no connection is left", isIdle);
    const logged = (): readonly unknown[] => pods.client.envoy.accessLog().map(({ path }) => path);
    await eventually("the last one is logged", () => logged().includes("/third"));
    assert.deepEqual(
      logged().filter((path) => paths.includes(String(path))),
      paths,
    );
    const { length } = pods.client.envoy
      .accessLog()
      .filter(({ original_destination: to, protocol }) => to === `${declared}:80` && protocol === "TCP");
    assert.equal(length, 0);
  });

  test("no configuration was refused", async () => {
    const lines = await pods.controlPlane.logged();
    assert.deepEqual(
      lines.filter(({ msg }) => msg === "proxy refused resources"),
      [],
    );
    for (const { envoy } of [pods.client, pods.server]) assert.doesNotMatch(envoy.log(), /rejected|deprecated/i);
  });
});
