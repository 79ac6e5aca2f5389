/**
 * YAML text to a JSON value. Whatever YAML allows and a config must not hold (a second document, a repeated key, unknown
 * tags, an alias bomb, endless nesting) becomes a problem with its line and column.
 */
import { parseDocument } from "yaml";
import type { Document, YAMLError } from "yaml";
import type { Parsed, Problem } from "../problem.ts";
import { parsed, unparsable } from "../problem.ts";

/** One slip of the pen makes many errors; past these, the rest says nothing new. */
const mostErrors = 10;

/** Deeper than any pod; shallow enough for every recursion that comes after. */
const deepest = 64;

function toProblem(error: YAMLError): Problem {
  const [start] = error.linePos ?? [];
  const path = start === undefined ? "(document)" : `line ${start.line}, column ${start.col}`;
  const [message = ""] = error.message.split("\n");
  return {
    path,
    message: message.replace(/(; please use .*)? at line \d+, column \d+:?$/, ""),
    hint: hints[error.code] ?? "correct the YAML",
  };
}

const hints: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  DUPLICATE_KEY: "keep one of the two",
  MULTIPLE_DOCS: "write one document, without ---",
  TAB_AS_INDENT: "indent with spaces",
};

/** What JSON and so the API server can't hold; the walk keeps its own stack, because the value may be endlessly deep. */
function findUnusable(root: unknown): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (depth > deepest) return `is nested more than ${deepest} levels deep`;
    if (typeof value === "number" && !Number.isFinite(value)) return `holds the number ${value}, which JSON can't`;
    if (typeof value !== "object" || value === null) continue;
    for (const member of Object.values(value)) open.push({ value: member, depth: depth + 1 });
  }
  return undefined;
}

/** Parsing and resolving aliases throw on what is too deep or too large, by way of the stack or of a limit. */
function withLimits<T>(read: () => T): Parsed<T> {
  try {
    return parsed(read());
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof ReferenceError)) throw error;
    return unparsable(
      "(document)",
      `can't be read: ${error.message}`,
      "write plain YAML without deep nesting or aliases",
    );
  }
}

/** The document's value: JSON types only. An empty document is null. */
export function readYaml(text: string): Parsed<unknown> {
  const document = withLimits((): Document => parseDocument(text, { uniqueKeys: true, prettyErrors: true }));
  if (!document.ok) return document;
  const errors = [...document.value.errors, ...document.value.warnings];
  if (errors.length > 0) return { ok: false, problems: errors.slice(0, mostErrors).map(toProblem) };
  const read = withLimits((): unknown => document.value.toJS({ maxAliasCount: 100 }));
  if (!read.ok) return read;
  const unusable = findUnusable(read.value);
  return unusable === undefined ? read : unparsable("(document)", unusable, "write plain YAML");
}
