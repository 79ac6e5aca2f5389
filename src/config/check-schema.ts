/**
 * Compares a value with the schema and tells all that is wrong with it. TypeBox's own errors stop at eight, speak of
 * `#/anyOf/0`, and report every branch of a union as a problem of its own; people who write a config need each mistake
 * once, with its path, its value and what is allowed.
 */
import type { JsonObject } from "../json-value.ts";
import { isJsonObject } from "../json-value.ts";
import { nearestWord } from "../nearest-word.ts";
import type { Problem } from "../problem.ts";
import { describeType, valueSchema } from "./json-schema.ts";
import type { SchemaNode } from "./json-schema.ts";
import { memberPath } from "./path.ts";

/** The value as messages show it, shortened: a config file can hold anything. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/** Every problem of the value, in the order of its keys; none if it has the schema's shape. */
export function checkSchema(node: SchemaNode, value: unknown, path: string): readonly Problem[] {
  if (node.anyOf !== undefined) return checkUnion(node, node.anyOf, value, path);
  if ("const" in node) return value === node.const ? [] : [mismatch(node, value, path)];
  switch (node.type ?? "unknown") {
    case "string":
      return typeof value === "string" ? checkText(node, value, path) : [notText(node, value, path)];
    case "integer":
      return checkInteger(node, value, path);
    case "array":
      return Array.isArray(value) ? checkArray(node, value, path) : [mismatch(node, value, path)];
    case "object":
      return isJsonObject(value) ? checkObject(node, value, path) : [mismatch(node, value, path)];
    case "boolean":
      return typeof value === "boolean" ? [] : [mismatch(node, value, path)];
    case "null":
      return value === null ? [] : [mismatch(node, value, path)];
    default:
      return [];
  }
}

function mismatch(node: SchemaNode, value: unknown, path: string): Problem {
  const words = (node.anyOf ?? []).flatMap((branch) => (typeof branch.const === "string" ? [branch.const] : []));
  const meant = typeof value === "string" ? nearestWord(value, words) : undefined;
  const allowed = `write ${describeType(node)}`;
  return {
    path: path === "" ? "(document)" : path,
    message: value === null ? "has no value" : `${show(value)} is not allowed here`,
    hint: meant === undefined ? allowed : `did you mean ${meant}? ${allowed}`,
  };
}

function notText(node: SchemaNode, value: unknown, path: string): Problem {
  const scalar = typeof value === "number" || typeof value === "boolean";
  return scalar
    ? { path, message: `${show(value)} is a ${typeof value}, not text`, hint: `put it in quotes: "${String(value)}"` }
    : mismatch(node, value, path);
}

/** A union is checked by the branch that the value was meant for, judged by its type, so that its mistakes show. */
function checkUnion(
  union: SchemaNode,
  branches: readonly SchemaNode[],
  value: unknown,
  path: string,
): readonly Problem[] {
  if (branches.some((branch) => checkSchema(branch, value, path).length === 0)) return [];
  const type = Array.isArray(value) ? "array" : isJsonObject(value) ? "object" : undefined;
  const meant = branches.find((branch) => branch.type === type && type !== undefined);
  return meant === undefined ? [mismatch(union, value, path)] : checkSchema(meant, value, path);
}

function checkText(node: SchemaNode, value: string, path: string): readonly Problem[] {
  if (value.length < (node.minLength ?? 0)) {
    return [{ path, message: "is empty", hint: `write ${describeType(node)}, or leave the key out` }];
  }
  if (node.pattern === undefined || new RegExp(node.pattern).test(value)) return [];
  return [{ path, message: `${show(value)} does not have the right form`, hint: `write ${describeType(node)}` }];
}

function checkInteger(node: SchemaNode, value: unknown, path: string): readonly Problem[] {
  const { minimum = -Infinity, maximum = Infinity } = node;
  const fits = typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum;
  return fits ? [] : [mismatch(node, value, path)];
}

function checkArray(node: SchemaNode, values: readonly unknown[], path: string): readonly Problem[] {
  const { items } = node;
  if (values.length < (node.minItems ?? 0)) {
    return [{ path, message: "is an empty list", hint: `write ${describeType(node)}` }];
  }
  return values.flatMap((value, index) => {
    const at = memberPath(path, index);
    const problems = items === undefined ? [] : checkSchema(items, value, at);
    const repeated = node.uniqueItems === true && problems.length === 0 && values.indexOf(value) < index;
    return repeated ? [{ path: at, message: `${show(value)} stands there twice`, hint: "remove one" }] : problems;
  });
}

function checkObject(node: SchemaNode, value: JsonObject, path: string): readonly Problem[] {
  const free = valueSchema(node);
  const known = node.properties ?? {};
  const missing = (node.required ?? []).filter((key) => !Object.hasOwn(value, key));
  return [
    ...Object.entries(value).flatMap(([key, member]) => {
      const at = memberPath(path, key);
      const schema = free ?? (Object.hasOwn(known, key) ? known[key] : undefined);
      return schema === undefined ? [unknownKey(key, Object.keys(known), at)] : checkSchema(schema, member, at);
    }),
    ...missing.map((key) => ({
      path: memberPath(path, key),
      message: "is missing",
      hint: `write ${describeType(known[key] ?? {})}`,
    })),
  ];
}

function unknownKey(key: string, known: readonly string[], path: string): Problem {
  const meant = nearestWord(key, known);
  const hint = meant === undefined ? `known here: ${known.join(", ")}` : `did you mean ${meant}?`;
  return { path, message: `${show(key)} is not a known key`, hint };
}
