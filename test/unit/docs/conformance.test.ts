/**
 * The page about conformance shows the run that is recorded beside it, and that run shows what is claimed.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { renderRun } from "../../conformance/page.ts";
import type { ConformanceReport, RecordedRun } from "../../conformance/report.ts";
import { findShortfalls } from "../../conformance/results.ts";

const root = join(import.meta.dirname, "../../..");

async function read(path: string): Promise<string> {
  return readFile(join(root, path), "utf8");
}

async function recordedRun(): Promise<RecordedRun> {
  return JSON.parse(await read("docs/conformance/tests.json")) as RecordedRun;
}

test("the page shows the recorded run", async () => {
  const report = parse(await read("docs/conformance/report.yaml")) as ConformanceReport;
  const shown = /<!-- conformance -->(.*)<!-- \/conformance -->/s.exec(await read("docs/conformance.md"))?.[1];
  assert.equal(shown?.trim(), renderRun(report, await recordedRun()));
});

test("in the recorded run every test passes that is for a claimed feature, with as many successes as by default", async () => {
  const { successes, tests } = await recordedRun();
  const { supportedFeatures } = parse(await read("test/conformance/options.yaml")) as {
    readonly supportedFeatures: readonly string[];
  };
  assert.deepEqual(findShortfalls(tests, supportedFeatures, undefined), []);
  assert.equal(successes, 15);
  assert.ok(tests.length >= 20, `${tests.length} tests`);
});
