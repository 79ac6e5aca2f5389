/**
 * Istio's injection webhook as the benchmark runs it: the Go program in `istio/`, built once and kept outside the clone.
 *
 * Building compiles a good part of Istio and Kubernetes, which takes minutes; so the binary is cached under a name made
 * of everything it depends on.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ServerCommand } from "./server-process.ts";

const run = promisify(execFile);
const source = join(import.meta.dirname, "istio");

/** The toolchain that is there builds it; none is downloaded, and no version control is asked. */
const goEnvironment = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false -mod=readonly -trimpath" };

/**
 * The path of the built program; builds it where the cache has none.
 *
 * @throws {Error} where there is no Go toolchain, or the build fails
 */
export async function buildIstioWebhook(log: (line: string) => void): Promise<string> {
  const toolchain = await goVersion();
  const directory = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "outrigger", "bench");
  const binary = join(directory, `istio-webhook-${await hashInputs(toolchain)}`);
  if (existsSync(binary)) return binary;
  log("building Istio's webhook (once; takes 5 to 10 minutes) …");
  await mkdir(directory, { recursive: true });
  // Renamed into place when whole, so that an interrupted build leaves nothing under the name.
  const unfinished = `${binary}.${process.pid}`;
  await run("go", ["build", "-o", unfinished, "."], { cwd: source, env: goEnvironment });
  await rename(unfinished, binary);
  return binary;
}

async function goVersion(): Promise<string> {
  try {
    return (await run("go", ["version"], { env: goEnvironment })).stdout;
  } catch (error) {
    const hint = "Go 1.26 or later builds Istio's side; --ours-only measures Outrigger alone";
    throw new Error(`no Go toolchain: ${hint}`, { cause: error });
  }
}

async function hashInputs(toolchain: string): Promise<string> {
  const hash = createHash("sha256").update(toolchain);
  for (const name of (await readdir(source)).sort()) hash.update(name).update(await readFile(join(source, name)));
  return hash.digest("hex").slice(0, 16);
}

/** The release of Istio that go.mod pins, as Go writes it. */
export async function istioVersion(): Promise<string> {
  const goMod = await readFile(join(source, "go.mod"), "utf8");
  return /istio\.io\/istio (v\S+)/.exec(goMod)?.[1] ?? "unknown";
}

export interface IstioOptions {
  readonly name: string;
  /** `GOMAXPROCS`; Go's own choice where left out. */
  readonly processors?: number;
  /** Nodes in its cluster. */
  readonly nodes: number;
}

/** How to start it. */
export function istioServer(binary: string, { name, processors, nodes }: IstioOptions): ServerCommand {
  const env = processors === undefined ? {} : { GOMAXPROCS: String(processors) };
  return { name, command: binary, args: ["--nodes", String(nodes)], env };
}
