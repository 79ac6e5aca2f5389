/**
 * The mesh config's file, read once at start and again whenever it changes. A bad file keeps the last good config in
 * force: whoever listens is told and can say so in log, metric and Event.
 *
 * A mounted ConfigMap is a folder in which Kubernetes swaps one symbolic link (`..data`), so the folder is watched and
 * not the file, whose inode never changes. File events do not arrive on every file system: the text is also compared at
 * intervals.
 */
import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Parsed, Problem } from "../problem.ts";
import { unparsable } from "../problem.ts";
import type { MeshConfig } from "./schema.ts";

export interface MeshConfigListener {
  /** The file has changed and is good. */
  readonly onReload: (config: MeshConfig) => void;
  /** The file has changed and is bad, or can't be read any more; what was in force stays. */
  readonly onRejected: (problems: readonly Problem[]) => void;
}

export interface MeshConfigFileOptions {
  /** A file, or a file in a mounted ConfigMap. */
  readonly path: string;
  readonly parse: (text: string) => Parsed<MeshConfig>;
  /** How often the text is compared, in milliseconds; 10 s unless told. The kubelet itself takes about a minute. */
  readonly pollMilliseconds?: number;
}

/** An event comes for each of the several steps of a swap; the text is read once they are over. */
const settleMilliseconds = 50;

export class MeshConfigFile {
  readonly #path: string;
  readonly #parse: (text: string) => Parsed<MeshConfig>;
  readonly #pollMilliseconds: number;
  /** What was read last, good or bad: the text, or why it could not be read. */
  #seen: string | undefined;
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor({ path, parse, pollMilliseconds = 10_000 }: MeshConfigFileOptions) {
    this.#path = path;
    this.#parse = parse;
    this.#pollMilliseconds = pollMilliseconds;
  }

  /** The config as it is now, or its problems; a file that can't be read is one. */
  async read(): Promise<Parsed<MeshConfig>> {
    const { seen, result } = await this.#readNow();
    this.#seen = seen;
    return result;
  }

  /** Tells of every change from what was read last, until {@link close}. */
  watch(listener: MeshConfigListener): void {
    const compare = (): void => {
      // One after the other, or an older text could overtake a newer one.
      this.#reading = this.#reading.then(() => this.#compare(listener));
    };
    this.#poll = setInterval(compare, this.#pollMilliseconds);
    this.#poll.unref();
    this.#watchFolder((name) => {
      if (name !== null && name !== basename(this.#path) && !name.startsWith("..")) return;
      clearTimeout(this.#settling);
      this.#settling = setTimeout(compare, settleMilliseconds);
      this.#settling.unref();
    });
  }

  /** Ends the watch; resolves when nothing will be told any more. */
  async close(): Promise<void> {
    clearInterval(this.#poll);
    clearTimeout(this.#settling);
    this.#watcher?.close();
    await this.#reading;
  }

  #watchFolder(onEvent: (name: string | null) => void): void {
    try {
      this.#watcher = watch(dirname(this.#path), { persistent: false }, (_, name) => {
        onEvent(name);
      });
      // E.g. the folder was removed, or the system's limit of watches is reached: comparing at intervals goes on.
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      // The same, met at once.
      this.#watcher = undefined;
    }
  }

  async #compare({ onReload, onRejected }: MeshConfigListener): Promise<void> {
    const { seen, result } = await this.#readNow();
    if (seen === this.#seen) return;
    this.#seen = seen;
    if (result.ok) onReload(result.value);
    else onRejected(result.problems);
  }

  async #readNow(): Promise<{ readonly seen: string; readonly result: Parsed<MeshConfig> }> {
    try {
      const text = await readFile(this.#path, "utf8");
      return { seen: text, result: this.#parse(text) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const result = unparsable(
        this.#path,
        `can't be read: ${reason}`,
        "mount the ConfigMap there, or correct --config",
      );
      return { seen: `unreadable: ${reason}`, result };
    }
  }
}
