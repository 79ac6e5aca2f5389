/**
 * A record of the processes that scenarios start. A test process that is killed cannot stop its own, so the runner does
 * it afterwards, by their ids.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where this run keeps configs, logs and process ids: outside the clone, and deleted by the runner. */
export function runDirectory(): string {
  return process.env["OUTRIGGER_E2E_DIR"] ?? join(tmpdir(), `outrigger-e2e-${process.pid}`);
}

/** Notes a process as started; the returned function notes it as ended. */
export function recordProcess(pid: number): () => void {
  const directory = join(runDirectory(), "processes");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, String(pid));
  writeFileSync(file, "");
  return () => {
    rmSync(file, { force: true });
  };
}

/** Ends every process that a run in `directory` has noted and not seen end. */
export function killRecordedProcesses(directory: string): void {
  for (const pid of recordedProcesses(directory)) {
    if (isOutrigger(pid)) process.kill(pid, "SIGKILL");
  }
}

function recordedProcesses(directory: string): readonly number[] {
  try {
    return readdirSync(join(directory, "processes")).map(Number);
  } catch {
    return [];
  }
}

/** Process ids are used again; one that now belongs to somebody else is left alone. */
function isOutrigger(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("outrigger");
  } catch {
    return false;
  }
}
