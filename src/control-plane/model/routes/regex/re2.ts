/**
 * Regular expressions in RE2's syntax, which is Envoy's: whether a text is one, and the same in JavaScript. An Envoy refuses
 * a whole table of routes because of one that it does not understand, so none gets there that has not been understood here.
 * Names of Unicode's classes (`\pL`) are left out: paths, headers and queries are ASCII. Source: RE2, "Syntax".
 */
import { parsed, unparsable } from "../../../../problem.ts";
import type { Parsed } from "../../../../problem.ts";
import { perlSet, readEscaped, readSet, renderCode, renderSet, sizeOfSet } from "./character-set.ts";
import { Scanner, SyntaxProblem } from "./scanner.ts";

/** A part of an expression, in JavaScript. */
interface Part {
  readonly source: string;
  /** Instructions that RE2 makes of it, at most. */
  readonly size: number;
  /** How often the most repeated thing in it is repeated, by counts. */
  readonly repeats: number;
}

interface Flags {
  /** Letter case makes no difference. */
  readonly i: boolean;
  /** `^` and `$` are ends of lines. */
  readonly m: boolean;
  /** `.` is a line's end too. */
  readonly s: boolean;
}

/** RE2's own limit. */
const mostRepeats = 1_000;
/** Far below what sidecars allow (`re2.max_program_size.error_level`), as sizes are estimates. */
const largestProgram = 10_000;
const deepestNesting = 100;

/**
 * Parses an expression; the value matches whole texts in JavaScript, as Envoy's does. Its problems have no path.
 */
export function parseRegex(text: string): Parsed<RegExp> {
  if (text === "") return problem("it is empty");
  try {
    const scanner = new Scanner(text);
    const { source, size } = readAlternatives(scanner, { i: false, m: false, s: false }, 0);
    if (!scanner.done) return problem("a ) closes nothing");
    if (size > largestProgram) return problem("it is too large, most likely because of what it repeats");
    return parsed(new RegExp(`^(?:${source})$`, "u"));
  } catch (error) {
    if (error instanceof SyntaxProblem) return problem(error.message);
    throw error;
  }
}

function problem(message: string): Parsed<never> {
  return unparsable("", message, "write a regular expression in RE2's syntax, without names of Unicode's classes");
}

/** Up to a closing parenthesis or the end. */
function readAlternatives(scanner: Scanner, outer: Flags, depth: number): Part {
  if (depth > deepestNesting) throw new SyntaxProblem("its parentheses are nested too deeply");
  const alternatives: Part[] = [];
  let flags = outer;
  let sequence: Part[] = [];
  while (!scanner.done && !scanner.startsWith(")")) {
    if (scanner.skip("|")) {
      alternatives.push(joined(sequence, ""));
      sequence = [];
      continue;
    }
    if (scanner.skip("\\Q")) {
      unquote(scanner);
      continue;
    }
    const changed = readFlags(scanner, flags);
    if (changed === undefined) sequence.push(readRepeated(scanner, flags, depth));
    else flags = changed;
  }
  alternatives.push(joined(sequence, ""));
  return joined(alternatives, "|");
}

/** What stands between `\Q` and `\E` is what it is: it is read again, each character after a backslash. */
function unquote(scanner: Scanner): void {
  const characters: string[] = [];
  while (!scanner.done && !scanner.skip("\\E")) {
    const character = scanner.next();
    characters.push(...(/^[!-~]$/.test(character) && !/\w/.test(character) ? ["\\", character] : [character]));
  }
  scanner.putBack(characters);
}

function joined(parts: readonly Part[], separator: string): Part {
  return {
    source: parts.map(({ source }) => source).join(separator),
    size: parts.reduce((sum, { size }) => sum + size + separator.length, 0),
    repeats: Math.max(1, ...parts.map(({ repeats }) => repeats)),
  };
}

/** Flags for the rest of a group: `(?i)`; undefined where there are none. */
function readFlags(scanner: Scanner, flags: Flags): Flags | undefined {
  const found = scanner.match(/^\(\?([imsU]*)(?:-([imsU]+))?\)/);
  if (found === undefined) return undefined;
  return withFlags(flags, found[1], found[2]);
}

/** `U` turns greed around, which makes no difference to whether a whole text matches. */
function withFlags(flags: Flags, on = "", off = ""): Flags {
  const flag = (name: keyof Flags): boolean => (flags[name] || on.includes(name)) && !off.includes(name);
  return { i: flag("i"), m: flag("m"), s: flag("s") };
}

function readRepeated(scanner: Scanner, flags: Flags, depth: number): Part {
  if (readRepetition(scanner) !== undefined) throw new SyntaxProblem("there is nothing to repeat");
  const part = readAtom(scanner, flags, depth);
  const repetition = readRepetition(scanner);
  if (repetition === undefined) return part;
  if (readRepetition(scanner) !== undefined) throw new SyntaxProblem("what is repeated is repeated again");
  const { least, most } = repetition;
  const count = most ?? least;
  const repeats = part.repeats * Math.max(1, repetition.counted ? count : 1);
  if (repeats > mostRepeats) throw new SyntaxProblem(`something is repeated more than ${mostRepeats} times`);
  return {
    source: `(?:${part.source}){${least},${most ?? ""}}`,
    size: (part.size + 1) * (count + (most === undefined ? 1 : 0)) + 1,
    repeats,
  };
}

interface Repetition {
  readonly least: number;
  /** Undefined: any number. */
  readonly most: number | undefined;
  /** Whether by `{…}`. */
  readonly counted: boolean;
}

const marks: Readonly<Record<string, Repetition>> = {
  "*": { least: 0, most: undefined, counted: false },
  "+": { least: 1, most: undefined, counted: false },
  "?": { least: 0, most: 1, counted: false },
};

/** A brace that does not count is a brace. */
function readRepetition(scanner: Scanner): Repetition | undefined {
  const found = scanner.match(/^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/);
  if (found === undefined) return undefined;
  const [, mark, least, comma, most = ""] = found;
  if (mark !== undefined) return marks[mark];
  const counted = { least: Number(least), most: comma === "" ? Number(least) : undefined, counted: true };
  const repetition = most === "" ? counted : { ...counted, most: Number(most) };
  if (repetition.most !== undefined && repetition.most < repetition.least) {
    throw new SyntaxProblem("a repetition ends before it begins");
  }
  if (Math.max(repetition.least, repetition.most ?? 0) > mostRepeats) {
    throw new SyntaxProblem(`something is repeated more than ${mostRepeats} times`);
  }
  return repetition;
}

function readAtom(scanner: Scanner, flags: Flags, depth: number): Part {
  if (scanner.skip("(")) return readGroup(scanner, flags, depth);
  if (scanner.skip("[")) {
    const set = readSet(scanner);
    return folded(renderSet(set), sizeOfSet(set), flags);
  }
  if (scanner.skip("\\")) return readBackslash(scanner, flags);
  if (scanner.skip(".")) return { source: flags.s ? "[^]" : "[^\\n]", size: 30, repeats: 1 };
  if (scanner.skip("^")) return assertion(flags.m ? "(?<![^\\n])" : "^");
  if (scanner.skip("$")) return assertion(flags.m ? "(?![^\\n])" : "$");
  return literal(scanner.next().codePointAt(0) ?? 0, flags);
}

function readGroup(scanner: Scanner, outer: Flags, depth: number): Part {
  const flags = readGroupFlags(scanner, outer);
  const inner = readAlternatives(scanner, flags, depth + 1);
  if (!scanner.skip(")")) throw new SyntaxProblem("a ( is never closed");
  return { source: `(?:${inner.source})`, size: inner.size + 2, repeats: inner.repeats };
}

/** Nothing asks for what a group has captured, so in JavaScript it has no name. */
function readGroupFlags(scanner: Scanner, outer: Flags): Flags {
  const found = scanner.match(/^\?(?:P?<[A-Za-z0-9_]+>|([imsU]*)(?:-([imsU]+))?:)/);
  if (found !== undefined) return withFlags(outer, found[1], found[2]);
  if (scanner.startsWith("?")) throw new SyntaxProblem("RE2 has no groups that look ahead or behind");
  return outer;
}

function readBackslash(scanner: Scanner, flags: Flags): Part {
  if (scanner.skip("A")) return assertion("^");
  if (scanner.skip("z")) return assertion("$");
  if (scanner.skip("b")) return assertion("\\b");
  if (scanner.skip("B")) return assertion("\\B");
  const set = perlSet(scanner.peek());
  if (set === undefined) return literal(readEscaped(scanner), flags);
  scanner.next();
  return { source: renderSet(set), size: sizeOfSet(set), repeats: 1 };
}

function assertion(source: string): Part {
  return { source: `(?:${source})`, size: 2, repeats: 1 };
}

function literal(code: number, flags: Flags): Part {
  return folded(renderCode(code), code < 0x80 ? 2 : 8, flags);
}

function folded(source: string, size: number, { i }: Flags): Part {
  return { source: i ? `(?i:${source})` : source, size: i ? 2 * size : size, repeats: 1 };
}
