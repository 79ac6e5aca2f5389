/**
 * As much of a structural schema as ours use, without CEL: what it refuses, which fields it has, and for each value of an
 * example others that lie on its bounds and beyond them.
 */

export interface Schema {
  readonly type: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
}

type Value = unknown;
type Members = Readonly<Record<string, Value>>;

function typeOf(value: Value): string {
  if (Array.isArray(value)) return "array";
  return value === null ? "null" : typeof value;
}

function fits(schema: Schema, value: Value): boolean {
  const type = typeOf(value);
  if (schema.type === "integer") return Number.isInteger(value);
  return type === schema.type;
}

/** The paths of what is wrong, each with the reason. */
export function violations(schema: Schema, value: Value, path = ""): readonly string[] {
  if (!fits(schema, value)) return [`${path}: not of the type ${schema.type}`];
  if (schema.type === "object") return violationsOfMembers(schema, value as Members, path);
  if (schema.type === "array") return violationsOfItems(schema, value as readonly Value[], path);
  return violationsOfScalar(schema, value, path);
}

function violationsOfMembers(
  { properties = {}, required = [], minProperties = 0 }: Schema,
  members: Members,
  path: string,
): readonly string[] {
  const keys = Object.keys(members);
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  return [
    ...(keys.length < minProperties ? [`${path}: too few members`] : []),
    ...required.filter((name) => !keys.includes(name)).map((name) => `${at(name)}: missing`),
    ...keys.flatMap((name) => {
      const schema = properties[name];
      return schema === undefined ? [`${at(name)}: unknown`] : violations(schema, members[name], at(name));
    }),
  ];
}

function violationsOfItems(
  { items, minItems = 0, maxItems = Infinity }: Schema,
  list: readonly Value[],
  path: string,
): readonly string[] {
  const length = list.length < minItems || list.length > maxItems ? [`${path}: ${list.length} items`] : [];
  if (items === undefined) return length;
  return [...length, ...list.flatMap((item, index) => violations(items, item, `${path}[${index}]`))];
}

function violationsOfScalar(schema: Schema, value: Value, path: string): readonly string[] {
  const { minimum = -Infinity, maximum = Infinity, minLength = 0, maxLength = Infinity, pattern } = schema;
  const isWrong =
    typeof value === "string"
      ? value.length < minLength ||
        value.length > maxLength ||
        (schema.enum !== undefined && !schema.enum.includes(value)) ||
        (pattern !== undefined && !new RegExp(pattern).test(value))
      : Number(value) < minimum || Number(value) > maximum;
  return isWrong ? [`${path}: out of bounds`] : [];
}

/** The paths of all fields that hold values, `[]` for the items of a list; with a value only those that it has. */
export function leaves(schema: Schema, value?: Value, path = ""): readonly string[] {
  if (schema.type === "array" && schema.items !== undefined) {
    const { items } = schema;
    if (value === undefined) return leaves(items, undefined, `${path}[]`);
    return (value as readonly Value[]).flatMap((item) => leaves(items, item, `${path}[]`));
  }
  const { properties } = schema;
  if (schema.type !== "object" || properties === undefined) return [path];
  const names = value === undefined ? Object.keys(properties) : Object.keys(value as Members);
  return names.flatMap((name) => {
    const member = properties[name];
    const at = path === "" ? name : `${path}.${name}`;
    return member === undefined ? [] : leaves(member, value === undefined ? undefined : (value as Members)[name], at);
  });
}

export interface Bounded {
  readonly path: string;
  readonly bad: Value;
  readonly good: readonly Value[];
}

/** For each value of an example: values that must be refused in its place, and such on the bounds. */
export function bounds(schema: Schema, value: Value, path = ""): readonly Bounded[] {
  const here = badValues(schema, value).map((bad) => ({ path, bad, good: goodValues(schema) }));
  if (schema.type === "array" && schema.items !== undefined) {
    const { items } = schema;
    const inside = (value as readonly Value[]).flatMap((item, index) => bounds(items, item, `${path}[${index}]`));
    return [...here, ...inside];
  }
  if (schema.type !== "object") return here;
  const { properties = {} } = schema;
  const inside = Object.entries(value as Members).flatMap(([name, member]) => {
    const known = properties[name];
    return known === undefined ? [] : bounds(known, member, path === "" ? name : `${path}.${name}`);
  });
  return path === "" ? inside : [...here, ...inside];
}

function badValues(schema: Schema, value: Value): readonly Value[] {
  if (schema.type === "object") return badMembers(schema, value as Members);
  if (schema.type === "array") return badLists(schema, value as readonly Value[]);
  return schema.type === "string" ? badTexts(schema) : badNumbers(schema);
}

function badMembers({ required = [] }: Schema, members: Members): readonly Value[] {
  return ["text", { ...members, neverHeardOf: 1 }, ...required.map((name) => without(members, name))];
}

function badLists({ minItems, maxItems }: Schema, [first]: readonly Value[]): readonly Value[] {
  return [
    "text",
    ...(minItems === undefined ? [] : [[]]),
    ...(maxItems === undefined ? [] : [Array.from({ length: maxItems + 1 }, () => first)]),
  ];
}

function badTexts({ minLength, maxLength, enum: words, pattern }: Schema): readonly Value[] {
  return [
    1,
    ...(minLength === undefined ? [] : [""]),
    ...(maxLength === undefined ? [] : ["x".repeat(maxLength + 1)]),
    ...(words === undefined ? [] : ["NEVER_HEARD_OF"]),
    ...(pattern === undefined ? [] : [" \u0000"]),
  ];
}

function badNumbers({ type, minimum, maximum }: Schema): readonly Value[] {
  return [
    "1",
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(type === "integer" ? [(minimum ?? 0) + 0.5] : []),
  ];
}

function goodValues({ type, minimum, maximum, enum: words = [] }: Schema): readonly Value[] {
  if (type === "string") return words;
  return type === "integer" || type === "number" ? [minimum, maximum].filter((bound) => bound !== undefined) : [];
}

function without(members: Members, name: string): Members {
  return Object.fromEntries(Object.entries(members).filter(([key]) => key !== name));
}

/** A copy with another value at a path such as `targetRefs[0].name`. */
export function withValue<T>(root: T, path: string, value: Value): T {
  const copy = structuredClone(root);
  const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
  const last = steps.pop() ?? "";
  let place = copy as Record<string, Value>;
  for (const step of steps) place = place[step] as Record<string, Value>;
  place[last] = value;
  return copy;
}
