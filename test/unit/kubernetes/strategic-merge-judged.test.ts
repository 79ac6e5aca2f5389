/**
 * Our merge against Kubernetes' own: `test/judges/strategic-merge` wrote the outputs and the schema from the Go
 * implementation (`go run . -update` there writes them anew, `go run .` verifies them).
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { podSchema } from "../../../src/kubernetes/merge-schema.ts";
import { mergePod } from "../../../src/kubernetes/strategic-merge.ts";

interface Case {
  readonly base: object;
  readonly patch: unknown;
}

type Verdict = { readonly merged: unknown } | { readonly error: true };

const folder = join(import.meta.dirname, "../../golden/strategic-merge");

function read(...path: readonly string[]): string {
  return readFileSync(join(folder, ...path), "utf8");
}

describe("mergePod, as Kubernetes merges", () => {
  for (const file of readdirSync(join(folder, "in")).sort()) {
    const name = file.replace(/\.yaml$/, "");
    it(name, () => {
      const { base, patch } = parse(read("in", file)) as Case;
      const text = JSON.stringify(base);
      const verdict = JSON.parse(read("out", `${name}.json`)) as Verdict;
      const ours = mergePod(base, patch);
      if ("error" in verdict) assert.equal(ours.ok, false);
      else assert.deepEqual(ours, { ok: true, value: verdict.merged });
      assert.equal(JSON.stringify(base), text, "the base was modified");
    });
  }

  it("knows the merge keys that the Go types declare", () => {
    assert.deepEqual(podSchema, JSON.parse(read("merge-schema.json")));
  });
});
