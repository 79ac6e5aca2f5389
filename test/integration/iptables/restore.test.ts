/**
 * Every golden rule set is given to the real iptables tools, of both families and both backends.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { goldenFolder } from "../../golden-files.ts";
import { initEnvironment, runInit } from "./init-container.ts";
import { createNamespace } from "./namespace.ts";
import { requireNetworkTools } from "./requirements.ts";
import { savedRules } from "./saved-rules.ts";

const outputs = goldenFolder("iptables", "out");
const cases = readdirSync(goldenFolder("iptables", "in")).map((file) => file.replace(/\.yaml$/, ""));

function golden(name: string, suffix: string): string {
  return readFileSync(join(outputs, `${name}.${suffix}`), "utf8");
}

/** How many chains and rules a restore text makes. */
function countLines(text: string): number {
  return text.split("\n").filter((line) => /^(?:-A |:)/.test(line)).length;
}

for (const backend of ["nft", "legacy"] as const) {
  describe(`iptables-${backend}`, () => {
    before(requireNetworkTools);

    for (const name of cases) {
      test(`${name} is accepted as it is, and by the init container, which changes nothing then`, async () => {
        const fresh = await createNamespace();
        const [v4, v6] = [golden(name, "v4.rules"), golden(name, "v6.rules")];
        fresh.feed(v4, `iptables-${backend}-restore`, "--noflush");
        fresh.feed(v6, `ip6tables-${backend}-restore`, "--noflush");
        const restored = savedRules(fresh, backend);
        assert.deepEqual([restored.v4.length, restored.v6.length], [countLines(v4), countLines(v6)]);
        const { code, output } = runInit(fresh, {
          environment: initEnvironment({ v4, v6, routing: golden(name, "routing") }),
        });
        assert.equal(code, 0, output);
        assert.deepEqual(savedRules(fresh, backend), restored);
        await fresh.close();
      });
    }
  });
}
