/**
 * The names of one type that a client wants: those that it has asked for, and those that it gets by its wildcard. A name
 * may be wanted for both reasons; whoever keeps an index hears of it once.
 */

/** Hears which names begin and cease to be wanted. */
export interface InterestListener {
  began(name: string): void;
  ceased(name: string): void;
}

export class WantedNames {
  readonly #listener: InterestListener;
  readonly #named = new Set<string>();
  #byWildcard: ReadonlySet<string> = new Set();
  #hasWildcard = false;

  constructor(listener: InterestListener) {
    this.#listener = listener;
  }

  has(name: string): boolean {
    return this.#named.has(name) || this.#byWildcard.has(name);
  }

  get hasWildcard(): boolean {
    return this.#hasWildcard;
  }

  /** The names that the wildcard gives. */
  byWildcard(): readonly string[] {
    return [...this.#byWildcard];
  }

  /** How many names were asked for one by one. */
  get namedCount(): number {
    return this.#named.size;
  }

  /** All of them, those of the wildcard first. */
  all(): readonly string[] {
    return [...this.#byWildcard, ...[...this.#named].filter((name) => !this.#byWildcard.has(name))];
  }

  /** A name was asked for. */
  add(name: string): void {
    const wasWanted = this.has(name);
    this.#named.add(name);
    if (!wasWanted) this.#listener.began(name);
  }

  /** A name is no longer asked for; the wildcard may go on giving it. */
  remove(name: string): void {
    if (this.#named.delete(name) && !this.has(name)) this.#listener.ceased(name);
  }

  /**
   * The wildcard is on and gives these names from now on.
   *
   * @returns those that are wanted no more
   */
  setWildcard(names: readonly string[]): readonly string[] {
    this.#hasWildcard = true;
    return this.#replaceWildcard(new Set(names));
  }

  /** The wildcard is off. Returns the names that are wanted no more. */
  clearWildcard(): readonly string[] {
    this.#hasWildcard = false;
    return this.#replaceWildcard(new Set());
  }

  /** Nothing is wanted any more: the stream has ended. */
  clear(): void {
    const names = this.all();
    this.#named.clear();
    this.#byWildcard = new Set();
    for (const name of names) this.#listener.ceased(name);
  }

  #replaceWildcard(next: ReadonlySet<string>): readonly string[] {
    const before = this.#byWildcard;
    this.#byWildcard = next;
    const lost = [...before].filter((name) => !this.has(name));
    for (const name of lost) this.#listener.ceased(name);
    for (const name of next) if (!before.has(name) && !this.#named.has(name)) this.#listener.began(name);
    return lost;
  }
}
