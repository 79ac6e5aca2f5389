/**
 * Golden virtual hosts, one case for each thing that a route can do. Whether Envoy takes them is judged by
 * `test/integration/mesh/validate.test.ts`, what it makes of them by `routes*.test.ts` beside that.
 */
import { parse, stringify } from "yaml";
import { testGolden } from "../../../../golden-files.ts";
import type { SaidPort } from "../../../../mesh/sample-routes.ts";
import { routedPort } from "../../../../mesh/sample-routes.ts";
import { virtualHost } from "../../../../mesh/virtual-host.ts";

testGolden("routes", (input) => {
  const host = virtualHost(routedPort(parse(input) as SaidPort));
  return { yaml: stringify(host, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }) };
});
