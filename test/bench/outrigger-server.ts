/**
 * Outrigger's webhook as the benchmark runs it: the built CLI, started as a user starts it without a cluster.
 */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { enabledNamespace } from "./reviews.ts";
import type { ServerCommand } from "./server-process.ts";

const cli = join(import.meta.dirname, "..", "..", "dist", "outrigger.js");

export interface OutriggerOptions {
  readonly name: string;
  /** How many namespaces it knows of, the pod's own among them. */
  readonly namespaces: number;
  /** The mesh config's text; the defaults where left out. */
  readonly config?: string;
  /** Options for Node itself, e.g. to profile. */
  readonly nodeOptions?: readonly string[];
}

/**
 * Writes its files into the directory and says how to start it.
 *
 * @throws {Error} where the CLI is not built
 */
export async function outriggerServer(
  { name, namespaces, config = "{}", nodeOptions = [] }: OutriggerOptions,
  directory: string,
): Promise<ServerCommand> {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: run "make build" first`);
  const prefix = join(directory, name.replaceAll(/[^a-z0-9]+/gi, "-"));
  const files = { namespaces: `${prefix}-namespaces.yaml`, config: `${prefix}-config.yaml` };
  await writeFile(files.namespaces, renderNamespaces(namespaces));
  await writeFile(files.config, config);
  const options = ["--port", "0", "--config", files.config, "--namespaces", files.namespaces];
  return {
    name,
    command: process.execPath,
    args: [...nodeOptions, cli, "serve", "webhook", "--standalone", ...options],
    env: { NODE_ENV: "production" },
  };
}

/** The pod's namespace among others, as Kubernetes has them: labelled with their names, each second one enabled. */
function renderNamespaces(count: number): string {
  const names = [...Array.from({ length: count - 1 }, (_, index) => `team-${index}`), enabledNamespace];
  const documents = names.map((name, index) => {
    const injection = name === enabledNamespace || index % 2 === 0 ? { "outrigger.dev/injection": "enabled" } : {};
    const labels = { "kubernetes.io/metadata.name": name, ...injection };
    return JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
  });
  return documents.join("\n---\n");
}
