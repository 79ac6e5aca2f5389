/** The part of autocannon, which ships no types, that the benchmark uses. */
declare module "autocannon" {
  import type { EventEmitter } from "node:events";

  interface Options {
    readonly url: string;
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly connections: number;
    /** Seconds; the benchmark stops the run itself, this is the bound. */
    readonly duration: number;
    /** Milliseconds between looks at whether to stop. */
    readonly sampleInt: number;
    /** Whether the answer is the one expected; each `false` is counted as a mismatch. */
    readonly verifyBody: (body: string) => boolean;
  }

  interface Result {
    /** Connection errors and timeouts. */
    readonly errors: number;
    readonly non2xx: number;
    readonly mismatches: number;
    readonly resets: number;
    readonly "2xx": number;
  }

  interface Run extends EventEmitter<{ response: [client: unknown, status: number, bytes: number, ms: number] }> {
    stop(): void;
  }

  /** Starts the run; the callback gets its result when it has ended. */
  export default function autocannon(options: Options, callback: (error: Error | null, result: Result) => void): Run;
}
