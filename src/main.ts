#!/usr/bin/env node
/**
 * Composition root: the process's own streams, environment and arguments, handed to the command line.
 */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { commands } from "./cli/commands.ts";
import { runCommandLine } from "./cli/run.ts";

// A pipe that closes early (`outrigger explain … | head`) is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const exitCode = await runCommandLine(commands, process.argv.slice(2), {
  out: (output) => void process.stdout.write(output),
  err: (output) => void process.stderr.write(output),
  input: () => text(process.stdin),
  readFile: (path) => readFile(path, "utf8"),
  environment: process.env,
});

// Whatever still holds the process (a server that failed to start has timers and sockets) must not keep it alive, but
// what was printed must get through a slow pipe first.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((resolve) => {
    stream.write("", () => {
      resolve();
    });
  });
}
process.exit(exitCode);
