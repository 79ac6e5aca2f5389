import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import type { RoutedPort } from "../../../../../src/control-plane/model/route.ts";
import { RouteTables } from "../../../../../src/control-plane/xds/routes/route-table.ts";
import { decodeResource, encodeResource } from "../../../../../src/envoy-api/resource.ts";
import type { SaidPort } from "../../../../mesh/sample-routes.ts";
import { routedPort } from "../../../../mesh/sample-routes.ts";
import type { Json } from "../../../../mesh/translate.ts";
import { shown } from "../../../../mesh/translate.ts";
import { virtualHost } from "../../../../mesh/virtual-host.ts";

const folder = join(import.meta.dirname, "../../../../golden/routes/in");
const hostType = "type.googleapis.com/envoy.config.route.v3.VirtualHost";

function tables(): RouteTables {
  return new RouteTables(({ host, error }) => {
    throw new Error(`${host} could not be made`, { cause: error });
  });
}

/** The virtual hosts of a table but for the one of everything else, decoded. */
function hostsOf(made: RouteTables, ports: readonly RoutedPort[]): readonly Json[] {
  const [plain, ...hosts] = shown("route", made.of("shop", ports).resource)["virtual_hosts"] as readonly Json[];
  assert.equal(plain?.["name"], "destination");
  return hosts;
}

/** As the whole virtual host would be encoded at once. */
function whole(port: RoutedPort): Json {
  return decodeResource(hostType, encodeResource(hostType, virtualHost(port)));
}

describe("a table put together from encoded parts", () => {
  for (const file of readdirSync(folder)) {
    test(`is what it would be in one piece: ${file}`, () => {
      const port = routedPort(parse(readFileSync(join(folder, file), "utf8")) as SaidPort);
      assert.deepEqual(hostsOf(tables(), [port]), [whole(port)]);
    });
  }

  test("has the routes of one rule on several ports by the terms of each", () => {
    const http = routedPort({
      rules: [{ redirect: { hostname: "example.org" } }, { backends: [{ to: "10.96.1.1:80" }] }],
    });
    const other = { ...http, port: 8080, addresses: ["10.96.0.10:8080"] };
    const timeouts = { requestMs: 5_000, idleMs: undefined };
    const slow = { ...http, requests: { timeouts, retries: undefined, faultInjection: undefined } };
    const made = tables();
    for (const ports of [[http, other], [other], [slow, other], [http]]) {
      assert.deepEqual(hostsOf(made, ports), ports.map(whole));
    }
  });

  test("changes with the order of rules, and is the same again", () => {
    const one = routedPort({ rules: [{ backends: [{ to: "10.96.1.1:80" }] }, { backends: [{ to: "10.96.1.2:80" }] }] });
    const turned = { ...one, rules: one.rules.toReversed() };
    const made = tables();
    const versions = [[one], [turned], [{ ...one }]].map((ports) => made.of("shop", ports).resource.version);
    assert.equal(versions[0], versions[2]);
    assert.notEqual(versions[0], versions[1]);
  });
});
