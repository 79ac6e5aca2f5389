/**
 * Golden bootstraps. Whether Envoy takes them is judged by `test/integration/envoy/validate.test.ts`.
 */
import { createBootstrap } from "../../../src/envoy/create-bootstrap.ts";
import { testGolden } from "../../golden-files.ts";
import { parseCase } from "./golden-case.ts";

testGolden("bootstrap", (input) => {
  return { json: `${JSON.stringify(createBootstrap(parseCase(input)), null, 2)}\n` };
});
