import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { parseManifest } from "../../../src/installation/manifest.ts";
import { renderInstallation } from "../../../src/installation/render-installation.ts";

const run = promisify(execFile);

test("the bundle installs what the repository holds, with nothing beside it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "outrigger-bundle-"));
  try {
    const root = join(import.meta.dirname, "../../..");
    const bundle = join(directory, "outrigger.js");
    await run(process.execPath, [join(root, "scripts/build.ts"), join(root, "src/main.ts"), bundle]);
    const { stdout } = await run(process.execPath, [bundle, "install", "-o", "yaml", "--ha"], { cwd: directory });
    const expected = renderInstallation({ highAvailability: true, image: undefined, meshConfig: undefined });
    assert.deepEqual(parseManifest(stdout), expected);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
