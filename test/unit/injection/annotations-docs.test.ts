import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { settingNames, settings } from "../../../src/injection/annotations/registry.ts";
import { istioAliases, proxyConfigAliases } from "../../../src/injection/istio-aliases.ts";
import { injectReasons, rejectReasons, skipReasons } from "../../../src/injection/reasons.ts";

const path = new URL("../../../docs/annotations.md", import.meta.url);
const start = "<!-- prettier-ignore-start -->\n";
const end = "<!-- prettier-ignore-end -->\n";

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return `\n${line(header)}${line(header.map(() => "---"))}${rows.map(line).join("")}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

const settingsTable = table(
  ["annotation", "value", "default", "what it sets"],
  settingNames.map((name) => {
    const { allowed, builtIn, summary } = settings[name];
    return [code(`outrigger.dev/${name}`), allowed, builtIn === "" ? "none" : code(builtIn), summary];
  }),
);

const reasonsTable = table(
  ["reason", "result", "because"],
  (
    [
      ["injected", injectReasons],
      ["skipped", skipReasons],
      ["refused", rejectReasons],
    ] as const
  ).flatMap(([result, reasons]) => Object.entries(reasons).map(([reason, why]) => [code(reason), result, why])),
);

const aliasesTable = table(
  ["Istio's", "read as"],
  [
    ...Object.entries(istioAliases).map(([key, name]) => [code(key), code(`outrigger.dev/${name}`)]),
    ...Object.entries(proxyConfigAliases).map(([field, name]) => [
      `${code(field)} of ${code("proxy.istio.io/config")}`,
      code(`outrigger.dev/${name}`),
    ]),
  ],
);

test("the tables in docs/annotations.md are the source's; UPDATE_GOLDEN=1 rewrites them", () => {
  const page = readFileSync(path, "utf8");
  const [head = "", ...parts] = page.split(start);
  const tables = [settingsTable, reasonsTable, aliasesTable];
  assert.equal(parts.length, tables.length);
  const rewritten = parts.map((part, index) => `${start}${tables[index] ?? ""}${end}${part.split(end)[1] ?? ""}`);
  const expected = head + rewritten.join("");
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, expected);
  else assert.equal(page, expected);
});
