/**
 * The objects of one file of Kubernetes manifests that the mesh looks at, each with its place; everything else in it is
 * none of its business. What is wrong with a document leaves the others alone.
 */
import { isJsonObject, kindOf } from "../../json-value.ts";
import type { JsonObject } from "../../json-value.ts";
import { domain } from "../../injection/keys.ts";
import { parseEachDocument } from "../../manifest-files/parse-yaml.ts";
import type { Problem } from "../../problem.ts";
import { quote } from "../../quote.ts";
import type { WatchedKind } from "./watched-kinds.ts";
import { watchedKinds } from "./watched-kinds.ts";

export interface ManifestObject {
  readonly kind: WatchedKind["kind"];
  readonly key: string;
  readonly object: JsonObject;
  /** `<file>:<line>`, where its document begins. */
  readonly place: string;
}

export interface ManifestFile {
  readonly objects: readonly ManifestObject[];
  /** By place. */
  readonly problems: readonly Problem[];
  /** Whether a document could not be parsed, so that nobody knows which objects are in it. */
  readonly unparsable: boolean;
}

type Outcome = { readonly object: ManifestObject } | { readonly problem: Problem } | undefined;

/** Reads a file's text: YAML of any number of documents, or JSON; lists are taken apart. */
export function readManifestFile(file: string, text: string): ManifestFile {
  const objects: ManifestObject[] = [];
  const problems: Problem[] = [];
  let unparsable = false;
  for (const { line, parsed } of parseEachDocument(text)) {
    const place = `${file}:${line}`;
    if (!parsed.ok) {
      unparsable = true;
      problems.push(...parsed.problems.map((problem) => ({ ...problem, path: `${place}: ${problem.path}` })));
      continue;
    }
    for (const value of itemsOf(parsed.value.value)) {
      const outcome = readValue(value, place);
      if (outcome === undefined) continue;
      if ("object" in outcome) objects.push(outcome.object);
      else problems.push(outcome.problem);
    }
  }
  return { objects, problems, unparsable };
}

/** An empty document holds nothing, a list its items. */
function itemsOf(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  const isList = isJsonObject(value) && String(value["kind"]).endsWith("List") && Array.isArray(value["items"]);
  return isList ? (value["items"] as readonly unknown[]) : [value];
}

function readValue(value: unknown, place: string): Outcome {
  if (!isJsonObject(value)) return wrong(place, `the document is ${kindOf(value)}`, "write a Kubernetes object");
  const { apiVersion, kind: name } = value;
  if (typeof apiVersion !== "string" || typeof name !== "string") {
    return wrong(place, "the object has no apiVersion or no kind", "write both");
  }
  const watched = watchedKinds.find((kind) => kind.name === name && versionsOf(kind).includes(apiVersion));
  if (watched !== undefined) return readNamed(value, watched, place);
  if (!apiVersion.startsWith(`${domain}/`) || name === "MeshConfig") return undefined;
  return wrong(place, `${quote(`${apiVersion} ${name}`)} is unknown`, `write one of: ${ownKinds.join(", ")}`);
}

function versionsOf({ apiVersion, olderVersions }: WatchedKind): readonly string[] {
  return [apiVersion, ...olderVersions];
}

const ownKinds = watchedKinds
  .filter(({ apiVersion }) => apiVersion.startsWith(`${domain}/`))
  .map(({ apiVersion, name }) => `${apiVersion} ${name}`);

function readNamed(value: JsonObject, { kind, namespaced }: WatchedKind, place: string): Outcome {
  const metadata = isJsonObject(value["metadata"]) ? value["metadata"] : {};
  const { name, namespace = "default" } = metadata;
  if (typeof name !== "string" || name === "") return wrong(place, "the object has no name", "write metadata.name");
  if (!namespaced) return { object: { kind, key: name, object: value, place } };
  if (typeof namespace !== "string")
    return wrong(place, "the namespace is no text", "write metadata.namespace in quotes");
  return {
    object: { kind, key: `${namespace}/${name}`, object: { ...value, metadata: { ...metadata, namespace } }, place },
  };
}

function wrong(path: string, message: string, hint: string): Outcome {
  return { problem: { path, message, hint } };
}
