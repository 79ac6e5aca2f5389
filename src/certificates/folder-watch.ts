/**
 * Hears of changes in a folder. Only a hint: some file systems never tell, so whoever uses it also looks by himself.
 */
import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";

export interface FolderWatch {
  /** Begins, or begins again where the folder was missing before. */
  readonly ensure: () => void;
  readonly stop: () => void;
}

/** Calls `onChange` for every hint. */
export function watchFolder(folder: string, onChange: () => void): FolderWatch {
  let watcher: FSWatcher | undefined;
  const stop = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  return {
    ensure: () => {
      if (watcher !== undefined) return;
      try {
        watcher = watch(folder, { persistent: false }, onChange);
        watcher.on("error", stop);
      } catch {
        // It will be tried again; until then whoever uses it polls.
        watcher = undefined;
      }
    },
    stop,
  };
}
