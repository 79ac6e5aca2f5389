/** Sets of characters, `[a-z]`, `\d`, `[[:alpha:]]`, as ranges of code points. Source: RE2, "Syntax". */
import type { Scanner } from "./scanner.ts";
import { SyntaxProblem } from "./scanner.ts";

export type Range = readonly [first: number, last: number];

export interface CharacterSet {
  readonly ranges: readonly Range[];
  readonly negated: boolean;
}

const highest = 0x10_ff_ff;

const digits: readonly Range[] = [[0x30, 0x39]];
const upper: readonly Range[] = [[0x41, 0x5a]];
const lower: readonly Range[] = [[0x61, 0x7a]];
const word: readonly Range[] = [...digits, ...upper, [0x5f, 0x5f], ...lower];

/** Unlike JavaScript's, `\s` has no vertical tab, and nothing here is but ASCII. */
const perl: Readonly<Record<string, readonly Range[]>> = {
  d: digits,
  s: [
    [0x09, 0x0a],
    [0x0c, 0x0d],
    [0x20, 0x20],
  ],
  w: word,
};

const posix: Readonly<Record<string, readonly Range[]>> = {
  alnum: [...digits, ...upper, ...lower],
  alpha: [...upper, ...lower],
  ascii: [[0x00, 0x7f]],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  cntrl: [
    [0x00, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: digits,
  graph: [[0x21, 0x7e]],
  lower,
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  upper,
  word,
  xdigit: [...digits, [0x41, 0x46], [0x61, 0x66]],
};

/** The set of a letter after a backslash: `d`, `D` and so on; undefined for others. */
export function perlSet(letter: string): CharacterSet | undefined {
  const ranges = perl[letter.toLowerCase()];
  return ranges && { ranges, negated: letter !== letter.toLowerCase() };
}

/** Reads a set up to its closing bracket; the opening one has been read. */
export function readSet(scanner: Scanner): CharacterSet {
  const negated = scanner.skip("^");
  const ranges: Range[] = [];
  for (let first = true; first || !scanner.startsWith("]"); first = false) {
    if (scanner.done) throw new SyntaxProblem("a [ is never closed");
    ranges.push(...readItem(scanner));
  }
  scanner.next();
  return { ranges, negated };
}

function readItem(scanner: Scanner): readonly Range[] {
  const named = scanner.match(/^\[:(\^?)([a-z]*):\]/);
  if (named !== undefined) return posixRanges(named);
  const letter = scanner.match(/^\\([dDsSwW])/)?.[1];
  const set = letter === undefined ? undefined : perlSet(letter);
  if (set !== undefined) return set.negated ? complement(set.ranges) : set.ranges;
  const from = readCharacter(scanner);
  if (!scanner.startsWith("-") || scanner.startsWith("-]")) return [[from, from]];
  scanner.next();
  const to = readCharacter(scanner);
  if (to < from) throw new SyntaxProblem("a range of characters ends before it begins");
  return [[from, to]];
}

function posixRanges([text, negation, name = ""]: RegExpExecArray): readonly Range[] {
  const ranges = Object.hasOwn(posix, name) ? posix[name] : undefined;
  if (ranges === undefined) throw new SyntaxProblem(`${text} is no set of characters`);
  return negation === "^" ? complement(ranges) : ranges;
}

/** A character of a set: itself, or after a backslash. */
function readCharacter(scanner: Scanner): number {
  if (scanner.done) throw new SyntaxProblem("a [ is never closed");
  return scanner.skip("\\") ? readEscaped(scanner) : codeOf(scanner.next());
}

const controls: Readonly<Record<string, number>> = { a: 0x07, f: 0x0c, t: 0x09, n: 0x0a, r: 0x0d, v: 0x0b };

/** The character that a backslash, which has been read, and what comes after it stand for. */
export function readEscaped(scanner: Scanner): number {
  if (scanner.done) throw new SyntaxProblem("a backslash stands at the end");
  const octal = scanner.match(/^(0[0-7]{0,2}|[1-7][0-7]{1,2})/)?.[1];
  if (octal !== undefined) return Number.parseInt(octal, 8);
  const hexadecimal = scanner.match(/^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/);
  if (hexadecimal !== undefined) return checkedCode(hexadecimal[1] ?? hexadecimal[2] ?? "");
  const character = scanner.next();
  const control = controls[character];
  if (control !== undefined) return control;
  if (/^[\u0000-\u007f]$/.test(character) && !/[A-Za-z0-9]/.test(character)) return codeOf(character);
  throw new SyntaxProblem(`\\${character} means nothing`);
}

/** Envoy's RE2 looks at bytes, and refuses a code that is more than one. */
const highestByte = 0xff;

function checkedCode(digits: string): number {
  const code = Number.parseInt(digits, 16);
  if (code > highestByte) throw new SyntaxProblem(`\\x{${digits}} is more than a byte`);
  return code;
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function complement(ranges: readonly Range[]): readonly Range[] {
  const gaps: Range[] = [];
  let from = 0;
  for (const [first, last] of ranges.toSorted(([one], [other]) => one - other)) {
    if (first > from) gaps.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= highest) gaps.push([from, highest]);
  return gaps;
}

/** The set in JavaScript. */
export function renderSet({ ranges, negated }: CharacterSet): string {
  return `[${negated ? "^" : ""}${ranges.map(([first, last]) => `${renderCode(first)}-${renderCode(last)}`).join("")}]`;
}

/** A character in JavaScript, whatever it means there. */
export function renderCode(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

/** Instructions that RE2 makes of it, at most: beyond ASCII it looks at the bytes of UTF-8. */
export function sizeOfSet({ ranges, negated }: CharacterSet): number {
  const ascii = !negated && ranges.every(([, last]) => last < 0x80);
  return 2 * ranges.length + (ascii ? 2 : 30);
}
