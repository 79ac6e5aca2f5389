import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { decodeResource, encodeResource } from "../../../src/envoy-api/resource.ts";

const clusterType = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
const root = join(import.meta.dirname, "../../..");

describe("resources", () => {
  test("what was encoded is decoded, messages in an Any included", () => {
    const cluster = {
      name: "web",
      connect_timeout: "10s",
      transport_socket: {
        name: "raw",
        typed_config: { "@type": "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer" },
      },
    };
    assert.deepEqual(decodeResource(clusterType, encodeResource(clusterType, cluster)), cluster);
  });

  test("a misspelt field is named", () => {
    assert.throws(() => encodeResource(clusterType, { name: "web", conect_timeout: "10s" }), /conect_timeout/);
  });

  test("a message that was left out of the descriptors says how it gets in", () => {
    assert.throws(() => encodeResource("type.googleapis.com/envoy.Nothing", {}), /make envoy-api/);
  });

  test("the bundle needs no file beside it", () => {
    const folder = mkdtempSync(join(tmpdir(), "outrigger-bundle-"));
    try {
      const [entry, bundle] = [join(folder, "entry.ts"), join(folder, "bundle.mjs")];
      const module = JSON.stringify(join(root, "src/envoy-api/resource.ts"));
      writeFileSync(
        entry,
        `import { encodeResource } from ${module};
        console.log(Buffer.from(encodeResource(${JSON.stringify(clusterType)}, { name: "a" })).toString("hex"));`,
      );
      execFileSync(process.execPath, [join(root, "scripts/build.ts"), entry, bundle]);
      assert.equal(execFileSync(process.execPath, [bundle], { encoding: "utf8" }), "0a0161\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
