import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startLogging } from "../../../src/observability/logger.ts";

const folder = mkdtempSync(join(tmpdir(), "outrigger-log-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const source = JSON.stringify(join(import.meta.dirname, "../../../src/observability/logger.ts"));

/** Runs a program that has logged one line; what it left on its standard output. */
function outputOf(ending: string): string {
  const program = `import { startLogging } from ${source};
    const { log, flush } = startLogging("info");
    log.debug({}, "too fine");
    log.info({ a: 1 }, "the last word");
    ${ending}`;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }).stdout;
}

for (const [name, ending] of Object.entries({
  "process.exit": "process.exit(0);",
  "a flush and process.exit": "flush(); process.exit(3);",
  "the natural end": "",
  "an uncaught error": "await new Promise((resolve) => setTimeout(resolve, 50)); throw new Error('a bug');",
})) {
  test(`a line that is still in memory survives ${name}`, () => {
    const lines = outputOf(ending).trim().split("\n");
    assert.equal(lines.length, 1);
    const { time, ...line } = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    assert.deepEqual(line, { level: "info", a: 1, msg: "the last word" });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });
}

test("a line is written within a second, without more to come", async () => {
  const file = join(folder, "log");
  const { log } = startLogging("warn", openSync(file, "w"));
  log.info({}, "below the level");
  log.error({ err: new Error("no") }, "alone");
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const text = readFileSync(file, "utf8");
  assert.equal(text.trim().split("\n").length, 1);
  const line = JSON.parse(text) as {
    readonly msg: string;
    readonly err: { readonly message: string; readonly stack: string };
  };
  assert.equal(line.msg, "alone");
  assert.equal(line.err.message, "no");
  assert.match(line.err.stack, /logger\.test/);
});
