import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { MeshConfigFile } from "../../../src/config/config-file.ts";
import { parseMeshConfig } from "../../../src/config/load.ts";

interface Watched {
  readonly file: MeshConfigFile;
  /** The next thing the watch tells: the mode of a good config, or the paths of a bad one's problems. */
  readonly next: () => Promise<string>;
}

async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "outrigger-config-"));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function watchFile(context: TestContext, path: string, pollMilliseconds: number): Promise<Watched> {
  const told: string[] = [];
  let wake: (() => void) | undefined;
  const tell = (what: string): void => {
    told.push(what);
    wake?.();
  };
  const file = new MeshConfigFile({ path, pollMilliseconds, parse: (text) => parseMeshConfig(text, () => []) });
  await file.read();
  file.watch({
    onReload: ({ mode }) => {
      tell(mode);
    },
    onRejected: (problems) => {
      tell(problems.map((problem) => problem.path).join(" "));
    },
  });
  context.after(() => file.close());
  // The watch itself keeps no process alive; a pending test must.
  const alive = setInterval(() => undefined, 1000);
  context.after(() => {
    clearInterval(alive);
  });
  const next = async (): Promise<string> => {
    while (told.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return told.shift() ?? "";
  };
  return { file, next };
}

const never = 3_600_000;

test("the file is read at start", async (context) => {
  const path = join(await temporaryFolder(context), "config.yaml");
  await writeFile(path, "mode: mesh");
  const result = await new MeshConfigFile({ path, parse: (text) => parseMeshConfig(text, () => []) }).read();
  assert.ok(result.ok && result.value.mode === "mesh");
});

test("a file that is not there is a problem, not an exception", async (context) => {
  const path = join(await temporaryFolder(context), "config.yaml");
  const result = await new MeshConfigFile({ path, parse: (text) => parseMeshConfig(text, () => []) }).read();
  assert.ok(!result.ok);
  assert.match(result.problems[0]?.message ?? "", /ENOENT/);
});

test("a changed file is told by its event; a bad one by its problems; then a good one again", async (context) => {
  const path = join(await temporaryFolder(context), "config.yaml");
  await writeFile(path, "mode: standalone");
  const { next } = await watchFile(context, path, never);
  await writeFile(path, "mode: mesh");
  assert.equal(await next(), "mesh");
  await writeFile(path, "mode: mash");
  assert.equal(await next(), "mode");
  await writeFile(path, "mode: mesh");
  assert.equal(await next(), "mesh");
});

test("a ConfigMap's atomic swap of its data folder is told", async (context) => {
  const folder = await temporaryFolder(context);
  for (const [version, mode] of [
    ["..1", "standalone"],
    ["..2", "mesh"],
  ] as const) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, "config.yaml"), `mode: ${mode}`);
  }
  await symlink("..1", join(folder, "..data"));
  await symlink("..data/config.yaml", join(folder, "config.yaml"));
  const { next } = await watchFile(context, join(folder, "config.yaml"), never);
  await symlink("..2", join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  assert.equal(await next(), "mesh");
});

test("without file events the change is found by comparing", async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, "later", "config.yaml");
  // The folder to watch does not exist yet, so no event will ever come.
  const { next } = await watchFile(context, path, 20);
  await mkdir(join(folder, "later"));
  await writeFile(`${path}.new`, "mode: mesh");
  await rename(`${path}.new`, path);
  assert.equal(await next(), "mesh");
});

test("a file that is removed is told once, and what was in force stays", async (context) => {
  const path = join(await temporaryFolder(context), "config.yaml");
  await writeFile(path, "mode: standalone");
  const { next } = await watchFile(context, path, 20);
  await rm(path);
  assert.equal(await next(), path);
  await writeFile(`${path}.new`, "mode: mesh");
  await rename(`${path}.new`, path);
  assert.equal(await next(), "mesh");
});

test("the same text written again is no change", async (context) => {
  const path = join(await temporaryFolder(context), "config.yaml");
  await writeFile(path, "mode: standalone");
  const { next } = await watchFile(context, path, 20);
  await writeFile(`${path}.new`, "mode: standalone");
  await rename(`${path}.new`, path);
  await writeFile(`${path}.new`, "mode: mesh");
  await rename(`${path}.new`, path);
  assert.equal(await next(), "mesh");
});
