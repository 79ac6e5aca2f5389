import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { defaultTranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import type { OutriggerError } from "../../../src/errors.ts";
import type { ControlPlaneSettings } from "../../../src/serve/mesh-settings.ts";
import { readMeshSettings } from "../../../src/serve/mesh-settings.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-settings-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function read(text: string): Promise<ControlPlaneSettings> {
  const path = join(folder, "config.yaml");
  await writeFile(path, text);
  return readMeshSettings(path, "outrigger-system");
}

test("without a file, the defaults", async () => {
  const { translation, mesh, policy } = await readMeshSettings(undefined, "outrigger-system");
  assert.deepEqual(translation, defaultTranslationSettings);
  assert.equal(mesh.trustDomain, "cluster.local");
  assert.equal(policy.leafLifetimeMs, 24 * 3_600_000);
});

test("ranges and what becomes of unknown destinations are the file's", async () => {
  const { translation } = await read("mesh: { ranges: [203.0.113.0/24, 2001:db8::1], unknownDestinations: refuse }\n");
  assert.deepEqual(translation, {
    ranges: [
      { family: "IPv4", text: "203.0.113.0/24" },
      { family: "IPv6", text: "2001:db8::1/128" },
    ],
    unknownDestinations: "refuse",
  });
});

test("every bad range is told, with its place in the list", async () => {
  await assert.rejects(read('mesh: { ranges: ["10.0.0.0/33", 10.0.0.0/8, everything] }\n'), (error: OutriggerError) => {
    assert.equal(error.code, "OUTRIGGER_CONFIG_INVALID");
    assert.match(error.message, /mesh\.ranges\[0\]: "10\.0\.0\.0\/33" is not an IP range; write a range in CIDR/);
    assert.match(error.message, /mesh\.ranges\[2\]: "everything" is not an IP range/);
    assert.doesNotMatch(error.message, /ranges\[1\]/);
    return true;
  });
});
