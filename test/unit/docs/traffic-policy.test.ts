/** docs/traffic-policy.md against the CRD, the reader and the status: nothing missing and nothing too much. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { readObject } from "../../../src/control-plane/kubernetes/read-object.ts";
import { acceptedReasons, programmedReasons } from "../../../src/control-plane/model/judge-traffic-policy.ts";
import { groupNames, retryConditions } from "../../../src/control-plane/model/traffic-policy.ts";
import type { JsonObject } from "../../../src/json-value.ts";
import { formatProblem } from "../../../src/problem.ts";
import type { Schema } from "../../traffic-policy/structural-schema.ts";
import { leaves } from "../../traffic-policy/structural-schema.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/traffic-policy.md"), "utf8");
const crd = parse(readFileSync(join(root, "manifests/crds/traffic-policy.yaml"), "utf8")) as {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
};
const schema = crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.["spec"] ?? assert.fail();

/** Cells of the rows of all tables with this first heading. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const lines = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const starts = lines.flatMap((cells, index) => (cells[1] === heading ? [index] : []));
  assert.ok(starts.length > 0, `there is a table of each ${heading}`);
  return starts.flatMap((start) => {
    const end = lines.findIndex((cells, index) => index > start && cells.length === 1);
    return lines.slice(start + 2, end).map((cells) => cells.slice(1, -1));
  });
}

const codes = (text = ""): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

interface Found {
  readonly field: Schema;
  readonly required: boolean;
}

/** A field by its path; of a list of values, its items. */
function find(path: string): Found {
  return path.split(".").reduce<Found>(
    ({ field }, part) => {
      const name = part.replace("[]", "");
      const member = field.properties?.[name] ?? assert.fail(path);
      const isList = part.endsWith("[]");
      return {
        field: isList ? (member.items ?? assert.fail(path)) : member,
        required: field.required?.includes(name) === true,
      };
    },
    { field: schema, required: false },
  );
}

const fields = rowsOf("field").map(([field, , values = "", leftOut = ""]) => ({
  path: codes(field)[0] ?? "",
  values,
  leftOut,
}));

test("its fields are those of the CRD, each once", () => {
  assert.deepEqual(fields.map(({ path }) => path).toSorted(), leaves(schema).toSorted());
});

for (const { path, values, leftOut } of fields) {
  const { field, required } = find(path);
  test(`${path}: values and whether it may be left out`, () => {
    assert.equal(leftOut === "required", required, leftOut);
    if (field.enum !== undefined) assert.deepEqual(codes(values), field.enum);
    assert.equal(values === "duration", field.pattern?.includes("(h|m|s|ms)") === true);
    assert.equal(values === "percent", field.type === "number");
    if (field.type === "integer" && values !== "number") assert.equal(values, `${field.minimum} to ${field.maximum}`);
  });
}

test("its groups are those that there are, each with who keeps to it", () => {
  assert.deepEqual(
    rowsOf("group")
      .flatMap(([groups]) => codes(groups))
      .toSorted(),
    groupNames.toSorted(),
  );
});

test("its conditions of retries say whether a request may have been seen", () => {
  const told = rowsOf("condition")
    .filter(([, , seen]) => seen === "yes" || seen === "no")
    .flatMap(([names, , seen]) => codes(names).map((name) => [name, seen === "yes"] as const));
  const known = Object.entries(retryConditions).map(([name, kind]) => [name, kind !== "unseen"] as const);
  assert.deepEqual(Object.fromEntries(told), Object.fromEntries(known));
});

test("its reasons are those of the status", () => {
  const reasonsOf = (condition: string): readonly string[] =>
    rowsOf("condition")
      .filter(([type]) => codes(type)[0] === condition)
      .map(([, reason]) => codes(reason)[0] ?? "");
  assert.deepEqual(reasonsOf("Accepted"), acceptedReasons);
  assert.deepEqual(reasonsOf("Programmed"), programmedReasons);
});

test("its examples make sense", () => {
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""]) => parse(text) as JsonObject);
  assert.ok(examples.length >= 2);
  for (const example of examples) {
    const { object, problems } = readObject("trafficPolicy", "shop/example", example);
    assert.deepEqual(problems.map(formatProblem), []);
    assert.notEqual(object, undefined);
  }
});
