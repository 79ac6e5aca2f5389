/**
 * Golden resources. Whether Envoy takes them is judged by `test/integration/mesh/validate.test.ts`.
 */
import { createResourceSource } from "../../../../src/control-plane/xds/resource-source.ts";
import { stringify } from "yaml";
import { testGolden } from "../../../golden-files.ts";
import { FakeMesh } from "../../../mesh/fake-mesh.ts";
import type { ResourceType } from "../../../mesh/translate.ts";
import { failOnFault, shown, translate } from "../../../mesh/translate.ts";
import { parseCase } from "./golden-case.ts";

const secrets = {
  certificate: (identity: string) => ({ certificateChain: `certificate of ${identity}`, privateKey: "its key" }),
  trustBundle: () => "trust anchors",
};

testGolden("xds", (input) => {
  const { proxy, mesh, settings, calls } = parseCase(input);
  const source = createResourceSource({ mesh: new FakeMesh(mesh), secrets, settings, onFault: failOnFault });
  const translation = translate(source, proxy, calls);
  return Object.fromEntries(
    (Object.keys(translation) as ResourceType[])
      .filter((type) => translation[type].size > 0)
      .map((type) => {
        const resources = [...translation[type].values()].map((resource) => shown(type, resource));
        return [`${type}.yaml`, stringify(resources, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false })];
      }),
  );
});
