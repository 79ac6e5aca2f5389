/**
 * Reads an object that nobody has checked, field by field: each value either has the type that is asked for, or is left
 * out and reported with its path. Null counts as absent, as it does for the API server.
 */
import { isJsonObject, kindOf } from "../../json-value.ts";
import type { Parsed, Problem } from "../../problem.ts";
import { quote } from "../../quote.ts";

const isText = (value: unknown): value is string => typeof value === "string";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isNumber = (value: unknown): value is number => typeof value === "number";

export class Field {
  readonly path: string;
  readonly #value: unknown;
  readonly #problems: Problem[];

  /** @param problems where what is wrong is added */
  constructor(value: unknown, path: string, problems: Problem[]) {
    this.#value = value ?? undefined;
    this.path = path;
    this.#problems = problems;
  }

  get absent(): boolean {
    return this.#value === undefined;
  }

  /** A member of an object; absent where this is none. */
  at(name: string): Field {
    const path = this.path === "" ? name : `${this.path}.${name}`;
    const value = this.#value;
    if (isJsonObject(value))
      return new Field(Object.hasOwn(value, name) ? value[name] : undefined, path, this.#problems);
    if (!this.absent) this.#refuse("an object");
    return new Field(undefined, path, this.#problems);
  }

  /** The member of a map whose keys hold dots and slashes: a label or an annotation. */
  entry(key: string): Field {
    const value = isJsonObject(this.#value) && Object.hasOwn(this.#value, key) ? this.#value[key] : undefined;
    return new Field(value, `${this.path}["${key}"]`, this.#problems);
  }

  /** The items of a list; none where there is no list. */
  items(): readonly Field[] {
    if (Array.isArray(this.#value)) {
      return this.#value.map((item: unknown, index) => new Field(item, `${this.path}[${index}]`, this.#problems));
    }
    if (!this.absent) this.#refuse("a list");
    return [];
  }

  /** The names of an object's members. */
  keys(): readonly string[] {
    return isJsonObject(this.#value) ? Object.keys(this.#value) : [];
  }

  text(): string | undefined {
    const text = this.#accept(isText, "a text");
    if (text === undefined || text.isWellFormed()) return text;
    // A file can hold it; what an API server hands on cannot, and neither can what is sent to a proxy.
    this.report("the text holds half a character (one surrogate of two)", "write the character itself, in UTF-8");
    return undefined;
  }

  boolean(): boolean | undefined {
    return this.#accept(isBoolean, "true or false");
  }

  number(): number | undefined {
    return this.#accept(isNumber, "a number");
  }

  /** A number, where a text may stand as well. */
  numberOrText(): number | string | undefined {
    return typeof this.#value === "string" ? this.text() : this.number();
  }

  /** A whole number from the least to the most. */
  whole(least: number, most: number): number | undefined {
    const number = this.number();
    if (number === undefined || (Number.isInteger(number) && number >= least && number <= most)) return number;
    this.report(`${number} is not allowed here`, `write a whole number from ${least} to ${most}`);
    return undefined;
  }

  /** A port, 1..65535. */
  port(): number | undefined {
    const port = this.number();
    if (port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65_535)) return port;
    this.report(`${port} is not a port`, "write a whole number from 1 to 65535");
    return undefined;
  }

  /** One of a closed set of words. */
  oneOf<const T extends string>(words: readonly T[]): T | undefined {
    const text = this.text();
    const word = words.find((candidate) => candidate === text);
    if (text !== undefined && word === undefined) {
      this.report(`${quote(text)} is not one of the allowed values`, `write one of: ${words.join(", ")}`);
    }
    return word;
  }

  /** A map of texts; members that are none are left out. */
  texts(): Readonly<Record<string, string>> {
    const texts: [string, string][] = [];
    for (const key of this.keys()) {
      const text = this.entry(key).text();
      if (text !== undefined) texts.push([key, text]);
    }
    return Object.fromEntries(texts);
  }

  /** Reads a part of it, and tells whether nothing was wrong. */
  attempt<T>(read: (field: Field) => T): { readonly value: T; readonly sound: boolean } {
    const before = this.#problems.length;
    const value = read(this);
    return { value, sound: this.#problems.length === before };
  }

  report(message: string, hint: string): void {
    this.#problems.push({ path: this.path, message, hint });
  }

  /** Takes over what a parser of texts has found; undefined where it has found nothing but problems. */
  accept<T>(result: Parsed<T>): T | undefined {
    if (result.ok) return result.value;
    this.#problems.push(...result.problems);
    return undefined;
  }

  #accept<T>(isExpected: (value: unknown) => value is T, what: string): T | undefined {
    if (isExpected(this.#value)) return this.#value;
    if (!this.absent) this.#refuse(what);
    return undefined;
  }

  #refuse(what: string): void {
    this.report(`${kindOf(this.#value)} stands where ${what} belongs`, "compare with the API reference of this kind");
  }
}
