/**
 * Writes the files that hold a whole installation, e.g. `manifests/install.yaml` from `manifests/base`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { installFiles, manifestsFolder, renderInstall, repositoryRoot } from "./render.ts";

const manifests = manifestsFolder(repositoryRoot);
for (const file of installFiles) writeFileSync(join(manifests, file.name), renderInstall(file, manifests));
