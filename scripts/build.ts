/**
 * Bundles the command line into one file, `dist/outrigger.js`, which needs nothing beside it but Node: the image carries no
 * node_modules, and starting reads one file instead of a thousand.
 *
 * Usage: `node scripts/build.ts [ENTRY [OUTPUT]]`; without arguments `src/main.ts` and `dist/outrigger.js`.
 */
import { chmodSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import type { BuildOptions, Plugin } from "esbuild";
import { shippedFile, shippedPaths } from "../src/installation/shipped-files.ts";

const root = dirname(import.meta.dirname);

/**
 * Some dependencies are CommonJS and call `require` for Node's own modules, which an ES module does not have. A name of its
 * own, because bundled modules import createRequire too. esbuild puts the entry's hash-bang line before it.
 */
const banner = `import { createRequire as outriggerCreateRequire } from "node:module";
const require = outriggerCreateRequire(import.meta.url);`;

/** The bundle carries the texts of the manifests, in the place of the module that reads them from the repository. */
const manifestsInBundle: Plugin = {
  name: "manifests-in-bundle",
  setup: (build) => {
    build.onLoad({ filter: /[\\/]src[\\/]installation[\\/]shipped-files\.ts$/ }, () => {
      const files = Object.fromEntries(shippedPaths.map((path) => [path, shippedFile(path)]));
      const contents = `const files = ${JSON.stringify(files)};
        export const shippedPaths = Object.keys(files);
        export function shippedFile(path) { return files[path]; }`;
      return { contents, loader: "js" };
    });
  },
};

/** The bundle carries Envoy's descriptors as bytes, in the place of the module that reads them from the repository. */
const descriptorsInBundle: Plugin = {
  name: "descriptors-in-bundle",
  setup: (build) => {
    build.onLoad({ filter: /[\\/]src[\\/]envoy-api[\\/]descriptors\.ts$/ }, ({ path }) => {
      const contents = `import bytes from "./envoy-api.binpb";
        export function descriptorSet() { return bytes; }`;
      return { contents, loader: "js", resolveDir: dirname(path) };
    });
  },
};

function options(entry: string, output: string): BuildOptions {
  return {
    entryPoints: [entry],
    outfile: output,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // ES modules where a package has both: only they can be shaken.
    mainFields: ["module", "main"],
    conditions: ["module", "import"],
    banner: { js: banner },
    plugins: [manifestsInBundle, descriptorsInBundle],
    loader: { ".binpb": "binary" },
    // Without white space the file is 4.3 MB instead of 7.6, and the process 36 MB smaller, because V8 keeps the source.
    // Names stay, so that a stack trace in somebody's log can be read. No source map: it would be larger than the bundle.
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: false,
    keepNames: false,
    legalComments: "none",
    logLevel: "warning",
  };
}

const [entry = join(root, "src/main.ts"), output = join(root, "dist/outrigger.js")] = process.argv.slice(2);
await build(options(entry, output));
chmodSync(output, 0o755);
console.log(`${output}: ${(statSync(output).size / 1e6).toFixed(2)} MB`);
