/**
 * The Gateway API's CRDs on the cluster of this run: those of the Go module whose version test/conformance/go.mod pins, and so
 * of the conformance suite's own release.
 */
import { readFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { applyServerSide } from "../install.ts";
import { kubectlJson, kubectlOk } from "../kubectl.ts";
import { runCommand } from "../run-command.ts";

const goModule = fileURLToPath(new URL("../../conformance/", import.meta.url));
const kind = "CustomResourceDefinition";
const versionAnnotation = "gateway.networking.k8s.io/bundle-version";
/** Marks what the tests have brought, and may remove. */
const marker = "outrigger.test/brought-by-tests";

interface Definition {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** The standard channel's definitions; downloads the module where Go has not got it yet. */
async function shippedDefinitions(): Promise<readonly Definition[]> {
  const folder = join(await moduleFolder("sigs.k8s.io/gateway-api"), "config/crd/standard");
  const texts = globSync("*.yaml", { cwd: folder }).map(async (file) => readFile(join(folder, file), "utf8"));
  const documents = (await Promise.all(texts)).flatMap((text) => parseAllDocuments(text));
  // Beside them is an admission policy against downgrades, which the tests' cluster can do without.
  return documents.map((document) => document.toJS() as Definition).filter((object) => object.kind === kind);
}

async function moduleFolder(path: string): Promise<string> {
  const args = ["-C", goModule, "mod", "download", "-json", path];
  const { code, stdout, stderr } = await runCommand("go", args, { timeoutMs: 300_000 });
  if (code !== 0) throw new Error(`go mod download ${path}: exit code ${code}\n${stderr}${stdout}`);
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}

/**
 * Adds the definitions that the cluster lacks, and resolves when they are served.
 *
 * @throws {Error} where the cluster has some of another release
 */
export async function installGatewayApi(): Promise<void> {
  const shipped = await shippedDefinitions();
  const { items } = await kubectlJson<{ readonly items: readonly Definition[] }>(["get", "crd"]);
  const versions = new Map(items.map(({ metadata }) => [metadata.name, versionOf(metadata)]));
  for (const { metadata } of shipped) {
    const [found, wanted] = [versions.get(metadata.name) ?? versionOf(metadata), versionOf(metadata)];
    if (found !== wanted) throw new Error(`the cluster has ${metadata.name} of ${found}, the tests need ${wanted}`);
  }
  const missing = shipped.filter(({ metadata }) => !versions.has(metadata.name));
  if (missing.length === 0) return;
  const labels = { [marker]: "true" };
  const labelled = missing.map((object) => ({ ...object, metadata: { ...object.metadata, labels } }));
  await applyServerSide({ apiVersion: "v1", kind: "List", items: labelled });
  const names = missing.map(({ metadata }) => `crd/${metadata.name}`);
  await kubectlOk(["wait", "--for=condition=Established", "--timeout=60s", ...names]);
}

function versionOf({ annotations }: Definition["metadata"]): string {
  return annotations?.[versionAnnotation] ?? "an unknown release";
}

/** Removes what {@link installGatewayApi} has added, with every object of these kinds. */
export async function uninstallGatewayApi(): Promise<void> {
  await kubectlOk(["delete", "crd", "-l", `${marker}=true`, "--timeout=60s"]);
}
