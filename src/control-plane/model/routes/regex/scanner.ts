/** The text of a regular expression, read from left to right, by code points. */

/** Thrown where the text is no regular expression; the message is for whoever wrote it. */
export class SyntaxProblem extends Error {
  override readonly name = "SyntaxProblem";
}

export class Scanner {
  readonly #characters: string[];
  #place = 0;

  constructor(text: string) {
    this.#characters = Array.from(text);
  }

  get done(): boolean {
    return this.#place >= this.#characters.length;
  }

  /** The next character; empty at the end. */
  peek(): string {
    return this.#characters[this.#place] ?? "";
  }

  /** Takes the next character; empty at the end. */
  next(): string {
    const character = this.peek();
    this.#place += 1;
    return character;
  }

  /** Has characters come next that nobody has written. */
  putBack(characters: readonly string[]): void {
    this.#characters.splice(this.#place, 0, ...characters);
  }

  /** Takes a text where it comes next. */
  skip(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.#place += text.length;
    return true;
  }

  /** @param text ASCII */
  startsWith(text: string): boolean {
    return this.#characters.slice(this.#place, this.#place + text.length).join("") === text;
  }

  /** Takes what matches from here on, a pattern that begins with `^`; undefined where nothing does. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.#characters.slice(this.#place, this.#place + longestToken).join(""));
    if (found === null) return undefined;
    this.#place += Array.from(found[0]).length;
    return found;
  }
}

/** No token is longer. */
const longestToken = 64;
