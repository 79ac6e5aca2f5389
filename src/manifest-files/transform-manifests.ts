/**
 * Changes the Kubernetes objects in a file, YAML of many documents or JSON, and nothing else in it: documents that do
 * not change stay byte for byte, and those that do keep their comments, their order and their way of writing.
 */
import { isJsonObject, kindOf } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { parsed, unparsable } from "../problem.ts";
import type { Parsed, Problem } from "../problem.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { YamlDocument } from "./parse-yaml.ts";
import { rewriteDocument } from "./rewrite-document.ts";

/** Where an object stands in its file. */
export interface ManifestPlace {
  /** Number of the document, from 1. */
  readonly document: number;
  /** Line of the file, from 1, on which the object begins. */
  readonly line: number;
  /** What the object says it is; undefined where it does not. */
  readonly kind: string | undefined;
  readonly name: string | undefined;
}

/**
 * What becomes of one object: another object, with the untouched parts of the old one by reference; undefined where it
 * stays as it is; or what is wrong with it, by path into the object.
 */
export type TransformObject = (object: JsonObject, place: ManifestPlace) => object | readonly Problem[] | undefined;

/**
 * The text with every object in it transformed.
 *
 * @param text YAML documents, or one JSON document
 * @returns the new text, or all problems of all documents, whose paths name document, object and line
 */
export function transformManifests(text: string, transform: TransformObject): Parsed<string> {
  const documents = parseYaml(text);
  if (!documents.ok) return documents;
  const problems: Problem[] = [];
  const parts: string[] = [];
  let position = 0;
  for (const [index, document] of documents.value.entries()) {
    const [from, to] = document.document.range;
    const rewritten = transformDocument(text.slice(from, to), document, index + 1, transform);
    if (!rewritten.ok) problems.push(...rewritten.problems);
    else parts.push(text.slice(position, from), rewritten.value);
    position = to;
  }
  return problems.length === 0 ? parsed(parts.join("") + text.slice(position)) : { ok: false, problems };
}

/** "document 2 (Deployment web), line 14": how messages call the place of an object. */
export function describePlace({ document, line, kind, name }: ManifestPlace): string {
  const object = [kind, name].filter((part) => part !== undefined).join(" ");
  return `document ${document}${object === "" ? "" : ` (${object})`}, line ${line}`;
}

function transformDocument(
  source: string,
  { value, line }: YamlDocument,
  number: number,
  transform: TransformObject,
): Parsed<string> {
  if (value === null || value === undefined) return parsed(source);
  const place = placeOf(value, number, line);
  const path = describePlace(place);
  if (!isJsonObject(value))
    return unparsable(path, `it is ${kindOf(value)}, not a Kubernetes object`, "write an object");
  const result = transform(value, place);
  if (result === undefined || result === value) return parsed(source);
  if (isProblems(result)) {
    return { ok: false, problems: result.map((problem) => ({ ...problem, path: `${path}: ${problem.path}` })) };
  }
  const rewritten = rewriteDocument(source, result);
  if (rewritten !== undefined) return parsed(rewritten);
  return unparsable(path, "the change can't be written into this YAML", "write the object without tags and directives");
}

function isProblems(result: object): result is readonly Problem[] {
  return Array.isArray(result);
}

function placeOf(value: unknown, document: number, line: number): ManifestPlace {
  const { kind, metadata } = isJsonObject(value) ? value : {};
  const name = isJsonObject(metadata) ? (metadata["name"] ?? metadata["generateName"]) : undefined;
  return {
    document,
    line,
    kind: typeof kind === "string" ? kind : undefined,
    name: typeof name === "string" ? name : undefined,
  };
}
