/**
 * YAML source as Kubernetes reads it: YAML 1.1 (`yes` is a boolean, 0755 is octal, `<<` merges), but without its dates
 * and its numbers to the base of sixty, which Kubernetes leaves texts.
 */
import { isCollection, LineCounter, parseAllDocuments, visit } from "yaml";
import type { Document, YAMLError } from "yaml";
import { unparsable } from "../problem.ts";
import type { Parsed, Problem } from "../problem.ts";

/** One document of a stream, parsed without errors. */
export interface YamlDocument {
  readonly document: Document.Parsed;
  /** Its JSON value. */
  readonly value: unknown;
  /** The line, from 1, on which its content begins. */
  readonly line: number;
}

/** One slip of the pen makes many errors; past these, the rest says nothing new. */
const mostErrors = 5;

const textsForKubernetes = new Set(["tag:yaml.org,2002:timestamp"]);
const baseSixty = "TIME";

/** One document of a stream, or what is wrong with it. */
export interface ParsedDocument {
  /** The line, from 1, on which its content begins. */
  readonly line: number;
  readonly parsed: Parsed<YamlDocument>;
}

/** Every document of a stream; problems name the document, by its number from 1, and the line. */
export function parseYaml(text: string): Parsed<readonly YamlDocument[]> {
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  for (const { parsed } of parseEachDocument(text)) {
    if (parsed.ok) documents.push(parsed.value);
    else problems.push(...parsed.problems);
  }
  return problems.length === 0 ? { ok: true, value: documents } : { ok: false, problems };
}

/** As {@link parseYaml}, for whoever wants the good documents beside bad ones. */
export function parseEachDocument(text: string): readonly ParsedDocument[] {
  const lines = new LineCounter();
  const stream = attempt("the file", () => parseStream(text, lines));
  if (!stream.ok) return [{ line: 1, parsed: stream }];
  return stream.value.map((document, index) => {
    const { line } = lines.linePos(document.contents?.range[0] ?? document.range[0]);
    return { line, parsed: checkDocument(document, `document ${index + 1}`, line, lines) };
  });
}

function checkDocument(
  document: Document.Parsed,
  name: string,
  line: number,
  lines: LineCounter,
): Parsed<YamlDocument> {
  const problems = document.errors.map((error) => toProblem(error, name)).concat(problemsOfKeys(document, name, lines));
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, mostErrors) };
  const value = attempt(`${name}, line ${line}`, (): unknown => document.toJS());
  return value.ok ? { ok: true, value: { document, value: value.value, line } } : value;
}

function parseStream(text: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  return parseAllDocuments(text, {
    version: "1.1",
    merge: true,
    keepSourceTokens: true,
    lineCounter,
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === "string" || !(textsForKubernetes.has(tag.tag) || isBaseSixty(tag))),
  });
}

function isBaseSixty(tag: object): boolean {
  return "format" in tag && tag.format === baseSixty;
}

/** The library throws where aliases lead nowhere or are a bomb, where `<<` merges no map, and at endless nesting. */
function attempt<T>(path: string, read: () => T): Parsed<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return unparsable(path, `the YAML can't be read: ${error.message}`, "correct its aliases, merges or nesting");
  }
}

/** Keys that are maps or lists: legal YAML, but no JSON, and mostly a `{{ template }}` that nobody rendered. */
function problemsOfKeys(document: Document.Parsed, name: string, lines: LineCounter): readonly Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (!isCollection(key)) return;
      const { line, col } = lines.linePos(key.range?.[0] ?? 0);
      const path = `${name}, line ${line}, column ${col}`;
      problems.push({ path, message: "a key is no text, but a map or a list", hint: "render the template first" });
    },
  });
  return problems;
}

function toProblem(error: YAMLError, document: string): Problem {
  const [start] = error.linePos ?? [];
  const [message = ""] = error.message.split("\n");
  return {
    path: start === undefined ? document : `${document}, line ${start.line}, column ${start.col}`,
    message: message.replace(/ at line \d+, column \d+:?$/, ""),
    hint: hints[error.code] ?? "correct the YAML",
  };
}

const hints: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  DUPLICATE_KEY: "keep one of the two",
  TAB_AS_INDENT: "indent with spaces",
};
