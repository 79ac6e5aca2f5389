/** Envoy's judgement of regular expressions: those that we take for such it takes, and those that it refuses we refuse. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runtime } from "../../../src/envoy/runtime.ts";
import { left, refused, understood } from "../../regex-cases.ts";
import { envoyBinary } from "../envoy/envoy-binary.ts";

const type = (name: string): object => ({ "@type": `type.googleapis.com/envoy.extensions.filters.${name}` });

function bootstrap(regexes: readonly string[]): object {
  const routes = regexes.map((regex) => ({ match: { safe_regex: { regex } }, direct_response: { status: 200 } }));
  const manager = {
    ...type("network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "regex",
    http_filters: [{ name: "router", typed_config: type("http.router.v3.Router") }],
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
  };
  const listener = {
    name: "regex",
    address: { socket_address: { address: "127.0.0.1", port_value: 1 } },
    filter_chains: [{ filters: [{ name: "manager", typed_config: manager }] }],
  };
  return { static_resources: { listeners: [listener] }, layered_runtime: runtime };
}

describe("regular expressions that a sidecar is given", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "outrigger-regex-"));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Empty where Envoy takes them all. */
  function judge(regexes: readonly string[]): string {
    const file = join(folder, "bootstrap.json");
    writeFileSync(file, JSON.stringify(bootstrap(regexes)));
    const mode = ["--mode", "validate", "--log-level", "error", "--disable-hot-restart"];
    const { status, stderr } = spawnSync(envoyBinary(), ["-c", file, ...mode], { encoding: "utf8" });
    return status === 0 ? "" : stderr.trim();
  }

  test("those that we take it takes, with the limit that our bootstrap sets", () => {
    assert.equal(judge(understood.map(([regex]) => regex)), "");
  });

  for (const regex of refused) {
    test(`${JSON.stringify(regex)} it refuses`, () => {
      assert.match(judge([regex]), /error initializing configuration/);
    });
  }

  test("of those that we don't take it takes some: they are left out for a reason of ours", () => {
    assert.equal(judge(left.filter((regex) => !regex.includes("{50}"))), "");
  });
});
