/**
 * What a command of the `outrigger` binary is, and all it gets to see of the world.
 */

/** Where a command reads and prints; a test passes its own. */
export interface Terminal {
  /** Prints results. */
  readonly out: (text: string) => void;
  /** Prints everything that is not the result: warnings, progress, errors. */
  readonly err: (text: string) => void;
  /** The whole standard input. */
  readonly input: () => Promise<string>;
  readonly readFile: (path: string) => Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface OptionSpec {
  readonly short?: string;
  /** What stands for the value in the help text; a switch has none. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

/** Option name -> values in the order given; a switch has the value `true`. */
export type OptionValues = Readonly<Record<string, readonly string[]>>;

export interface Invocation {
  readonly options: OptionValues;
  readonly positionals: readonly string[];
  readonly terminal: Terminal;
}

export interface Command {
  /** The words that call it, e.g. `config validate`. */
  readonly name: string;
  /** What may follow the options, for the usage line; empty for nothing. */
  readonly operands: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Resolves to the exit code. Throws OutriggerError for what is in the catalogue. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** The last value of an option, as later ones win. */
export function optionOf(options: OptionValues, name: string): string | undefined {
  return options[name]?.at(-1);
}
