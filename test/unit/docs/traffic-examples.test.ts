/** The manifests that the pages in docs/tasks apply: each applies as a whole, beside those that its page has applied before. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import type { NamespacedName } from "../../../src/control-plane/model/workload.ts";
import { createMeshModel } from "../../../src/control-plane/model/mesh-model.ts";
import type { MeshModel } from "../../../src/control-plane/model/mesh-model.ts";
import { routeKey } from "../../../src/control-plane/model/routes/route-key.ts";
import { formatProblem } from "../../../src/problem.ts";
import { readManifests } from "../../../src/route-lookup/read-objects.ts";

const folder = join(import.meta.dirname, "../../../manifests/examples/traffic");
/** What all the others are about. */
const workloads = ["web.yaml", "flaky.yaml"];
const rules = globSync("*.yaml", { cwd: folder })
  .map((file) => basename(file))
  .filter((file) => !workloads.includes(file))
  .sort();

/** The mesh that these files make; their own problems fail the test. */
function meshOf(files: readonly string[]): MeshModel {
  const read = readManifests(files.map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") })));
  assert.deepEqual(read.problems.map(formatProblem), []);
  const mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
  mesh.apply(read.changes);
  const problems = mesh
    .problems()
    .flatMap(({ object, problems: found }) => found.map((problem) => `${object.key}: ${formatProblem(problem)}`));
  assert.deepEqual(problems, []);
  return mesh;
}

describe("manifests/examples/traffic", () => {
  for (const file of rules) {
    test(`${file}: what it says is accepted, and has an effect`, () => {
      const mesh = meshOf([...workloads, file]);
      const objects = readManifests([{ file, text: readFileSync(join(folder, file), "utf8") }]).changes;
      assert.equal(objects.length, 1);
      for (const { kind, key } of objects) {
        const name = key as NamespacedName;
        const conditions =
          kind === "httpRoute"
            ? mesh
                .routeVerdict(routeKey("HTTPRoute", name))
                ?.flatMap(({ accepted, resolvedRefs }) => [accepted, resolvedRefs])
            : mesh.trafficPolicyVerdict(name)?.flatMap(({ accepted, programmed }) => [accepted, programmed]);
        assert.deepEqual(
          conditions?.map((condition) => condition?.reason),
          kind === "httpRoute" ? ["Accepted", "ResolvedRefs"] : ["Accepted", "Programmed"],
        );
      }
    });
  }
});
