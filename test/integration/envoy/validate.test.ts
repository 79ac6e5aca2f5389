/**
 * Envoy's own judgement of every golden bootstrap, as it comes out of the kubelet.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { BootstrapInput } from "../../../src/envoy/bootstrap-input.ts";
import { createBootstrap } from "../../../src/envoy/create-bootstrap.ts";
import { createProxyArguments } from "../../../src/envoy/proxy-arguments.ts";
import { goldenFolder } from "../../golden-files.ts";
import { parseCase } from "../../unit/envoy/golden-case.ts";
import { expand } from "../../unit/envoy/kubelet-expansion.ts";
import { podEnvironment } from "../../unit/envoy/sample-input.ts";
import { inputs } from "../../property/envoy/arbitrary.ts";
import { envoyBinary } from "./envoy-binary.ts";
import { certificateFor, trustFile } from "./trust-file.ts";

/** Where the cases of the mesh have their token and trust; Envoy looks whether they are there. */
const identityFolder = "/var/run/secrets/outrigger.dev";
const cases = goldenFolder("bootstrap", "in");

const settings = { logLevel: { overall: "warning", components: "upstream:debug" }, concurrency: 2, drainSeconds: 5 };

function validate(input: BootstrapInput, folder: string): void {
  const environment = { ...podEnvironment, ...(input.ipFamilies[0] === "IPv6" ? { POD_IP: "fd77::2" } : {}) };
  const args = createProxyArguments(createBootstrap(input), settings)
    .map((argument) => expand(argument, environment))
    .map((argument) => argument.replaceAll(identityFolder, folder));
  const { status, stdout, stderr } = spawnSync(envoyBinary(), ["--mode", "validate", ...args], { encoding: "utf8" });
  assert.equal(status, 0, stderr.slice(0, 2000));
  assert.match(stdout, /OK/);
  // A deprecated field is a warning, and will be an error in one of the next versions.
  assert.equal(stderr, "");
}

describe("envoy --mode validate", () => {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-validate-"));
  before(async () => {
    writeFileSync(join(folder, "token"), "token");
    writeFileSync(join(folder, "root.yaml"), trustFile((await certificateFor("192.0.2.1")).cert));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const file of readdirSync(cases).sort()) {
    test(`takes ${parse(file).name}`, () => {
      validate(parseCase(readFileSync(join(cases, file), "utf8")), folder);
    });
  }

  test("takes generated inputs", () => {
    for (const input of fc.sample(inputs, { numRuns: 30 })) validate(input, folder);
  });
});
