import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { checkPage } from "../../console-blocks.ts";

const root = join(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** Runs the command line from its sources; everything else (kubectl) is for the end-to-end tests. */
async function runOutrigger(command: string): Promise<string | undefined> {
  const match = /^npx outrigger (.*)$/s.exec(command);
  if (match?.[1] === undefined) return undefined;
  const args = match[1].split(/\s+/);
  const { stdout, stderr } = await run(process.execPath, ["src/main.ts", ...args], { cwd: root });
  return stderr + stdout;
}

for (const page of ["README.md", ...globSync(["docs/*.md", "docs/tasks/*.md"], { cwd: root })]) {
  test(`${page}: outrigger prints what the page says`, async () => {
    assert.deepEqual(await checkPage(join(root, page), runOutrigger), []);
  });

  test(`${page}: every file it links to exists`, async () => {
    const text = await readFile(join(root, page), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)) {
      const path = normalize(join(dirname(page), target));
      assert.ok(globSync(path, { cwd: root }).length === 1, `${page} links to ${target}, which does not exist`);
    }
  });
}

test("every make target that a page names exists", async () => {
  const makefile = await readFile(join(root, "Makefile"), "utf8");
  const targets = new Set([...makefile.matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name));
  for (const page of ["README.md", ...globSync("docs/**/*.md", { cwd: root })]) {
    const text = await readFile(join(root, page), "utf8");
    for (const [, names = ""] of text.matchAll(/(?:`|^)make ((?:[a-z0-9-]+ ?)+)(?:`| +#)/gm)) {
      for (const name of names.trim().split(" ")) {
        assert.ok(targets.has(name), `${page} names make ${name}, which does not exist`);
      }
    }
  }
});
