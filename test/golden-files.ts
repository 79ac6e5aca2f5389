/**
 * Golden tests: `test/golden/<stage>/in/<case>.yaml` goes in, `test/golden/<stage>/out/<case>.<suffix>` must come out,
 * byte for byte. `UPDATE_GOLDEN=1` writes what comes out and removes outputs that no case makes any more.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { test } from "node:test";

/** What one case produces: file suffix -> text, e.g. `{ "patch.json": "[]\n" }`. */
export type GoldenOutputs = Readonly<Record<string, string>>;

const updating = process.env["UPDATE_GOLDEN"] === "1";
const noOutputs: readonly string[] = [];

/** The folder of a stage's inputs (`in`) or outputs (`out`). */
export function goldenFolder(stage: string, side: "in" | "out"): string {
  return join(import.meta.dirname, "golden", stage, side);
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return noOutputs;
  }
}

function checkOutput(file: string, actual: string): void {
  if (updating) writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, "utf8"), `${file} differs; UPDATE_GOLDEN=1 rewrites it`);
}

/**
 * Declares one test per input file of the stage, and one that no output is left over.
 *
 * @param produce makes the outputs of one case from the text of its input file and its name without extension
 */
export function testGolden(
  stage: string,
  produce: (input: string, name: string) => GoldenOutputs | Promise<GoldenOutputs>,
): void {
  const [inputs, outputs] = [goldenFolder(stage, "in"), goldenFolder(stage, "out")];
  const made = new Set<string>();
  for (const file of list(inputs)) {
    const { name } = parse(file);
    test(`golden ${stage}: ${name}`, async () => {
      mkdirSync(outputs, { recursive: true });
      const produced = await produce(readFileSync(join(inputs, file), "utf8"), name);
      for (const suffix of Object.keys(produced)) made.add(`${name}.${suffix}`);
      for (const [suffix, text] of Object.entries(produced)) checkOutput(join(outputs, `${name}.${suffix}`), text);
    });
  }
  test(`golden ${stage}: every output belongs to a case`, () => {
    const left = list(outputs).filter((file) => !made.has(file));
    if (updating) for (const file of left) rmSync(join(outputs, file));
    else assert.deepEqual(left, []);
  });
}
