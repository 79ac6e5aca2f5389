/** Files of every style in which manifests are written, before and after a mutation of their pods. */
import assert from "node:assert/strict";
import { transformManifests } from "../../../src/manifest-files/transform-manifests.ts";
import { testGolden } from "../../golden-files.ts";
import { addSidecars } from "./sample-mutation.ts";

testGolden("manifest-files", (input) => {
  const output = transformManifests(input, addSidecars);
  assert.ok(output.ok, JSON.stringify(output));
  return { [input.startsWith("{") ? "json" : "yaml"]: output.value };
});
