/**
 * Writes `manifests/install.yaml` from `manifests/base`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { manifestsFolder, renderInstall, repositoryRoot } from "./render.ts";

const manifests = manifestsFolder(repositoryRoot);
writeFileSync(join(manifests, "install.yaml"), renderInstall(join(manifests, "base")));
