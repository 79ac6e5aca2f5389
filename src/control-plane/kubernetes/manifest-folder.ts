/**
 * All manifests of a folder. A file is parsed again only when its text has changed; while one of its documents cannot be
 * parsed, the objects that it had before stay, as somebody is most likely just editing it.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "../../problem.ts";
import type { ManifestFile, ManifestObject } from "./manifest-objects.ts";
import { readManifestFile } from "./manifest-objects.ts";

export interface FolderContent {
  /** By kind and key. */
  readonly objects: ReadonlyMap<string, ManifestObject>;
  readonly problems: readonly Problem[];
}

interface KnownFile extends ManifestFile {
  readonly text: string;
  /** Whether it has been found empty once since. */
  readonly emptied: boolean;
}

const manifestName = /\.(ya?ml|json)$/;

export class ManifestFolder {
  readonly #folder: string;
  #files: ReadonlyMap<string, KnownFile> = new Map();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Reads the folder, with those below it.
   *
   * @throws where the folder or a file in it cannot be read
   */
  async read(): Promise<FolderContent> {
    const names = await readdir(this.#folder, { recursive: true });
    const files = new Map<string, KnownFile>();
    for (const name of names.filter((name) => manifestName.test(name)).sort()) {
      files.set(name, readKnown(name, await readFile(join(this.#folder, name), "utf8"), this.#files.get(name)));
    }
    this.#files = files;
    return merge(files.values());
  }
}

function readKnown(name: string, text: string, before: KnownFile | undefined): KnownFile {
  if (before?.text === text) return { ...before, emptied: false };
  // Most programs empty a file before they write it: it is believed to be empty when it still is the next time.
  if (text === "" && before?.emptied === false) return { ...before, emptied: true };
  const file = { ...readManifestFile(name, text), text, emptied: false };
  if (!file.unparsable || before === undefined) return file;
  const present = new Set(file.objects.map(idOf));
  return { ...file, objects: [...file.objects, ...before.objects.filter((object) => !present.has(idOf(object)))] };
}

function idOf({ kind, key }: ManifestObject): string {
  return `${kind} ${key}`;
}

function merge(files: Iterable<ManifestFile>): FolderContent {
  const objects = new Map<string, ManifestObject>();
  const problems: Problem[] = [];
  for (const file of files) {
    problems.push(...file.problems);
    for (const object of file.objects) {
      const first = objects.get(idOf(object));
      if (first === undefined) objects.set(idOf(object), object);
      else problems.push(repeated(object, first));
    }
  }
  return { objects, problems };
}

function repeated({ place, key }: ManifestObject, first: ManifestObject): Problem {
  return { path: place, message: `${key} is already at ${first.place}`, hint: "keep one of the two" };
}
