/**
 * Finds the pods within any Kubernetes object: a Pod itself, the template of a workload, every item of a list.
 *
 * Where a kind keeps its template is a table; an object of a kind that is not in it has no pods.
 */
import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import type { Workload } from "./workload.ts";

/** One pod, or template of pods, within an object. */
export interface PodTemplate {
  /** Keys and indices from the object to the pod; empty where the object is the pod. */
  readonly path: readonly (string | number)[];
  /** What is there: a Pod, or the `metadata` and `spec` of one. Not checked. */
  readonly pod: unknown;
  /** The object that holds it: the workload that runs it, or the pod. */
  readonly workload: Workload;
  /** The namespace that the object names; undefined where it leaves that to the command that applies it. */
  readonly namespace: string | undefined;
}

/** API group -> kind -> where the template is. All versions of a group keep it in the same place. */
const templatePaths: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "": {
    Pod: [],
    PodTemplate: ["template"],
    ReplicationController: ["spec", "template"],
    // Before OpenShift 3.6 its kinds were in the core group.
    DeploymentConfig: ["spec", "template"],
  },
  apps: {
    Deployment: ["spec", "template"],
    ReplicaSet: ["spec", "template"],
    StatefulSet: ["spec", "template"],
    DaemonSet: ["spec", "template"],
  },
  extensions: {
    Deployment: ["spec", "template"],
    ReplicaSet: ["spec", "template"],
    DaemonSet: ["spec", "template"],
  },
  batch: {
    Job: ["spec", "template"],
    CronJob: ["spec", "jobTemplate", "spec", "template"],
  },
  "argoproj.io": { Rollout: ["spec", "template"] },
  "apps.openshift.io": { DeploymentConfig: ["spec", "template"] },
};

/** Lists in lists are legal, and endless in hostile input: nobody writes more than eight of them (two keys each). */
const maximumPath = 16;

/**
 * Every pod and pod template within an object, in the order of the document.
 *
 * @param object a Kubernetes object of any kind, parsed JSON of any shape
 */
export function findPodTemplates(object: unknown): readonly PodTemplate[] {
  return isJsonObject(object) ? templatesIn(object, { apiVersion: undefined, kind: undefined }, []) : [];
}

type Path = PodTemplate["path"];

/** What an object says it is, or what its list says of it. */
interface TypeOfObject {
  readonly apiVersion: unknown;
  readonly kind: unknown;
}

function templatesIn(object: JsonObject, inherited: TypeOfObject, path: Path): readonly PodTemplate[] {
  const apiVersion = object["apiVersion"] ?? inherited.apiVersion;
  const kind = object["kind"] ?? inherited.kind;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return [];
  const items = object["items"];
  if (kind.endsWith("List") && Array.isArray(items)) return templatesInItems(items, { apiVersion, kind }, path);
  const templatePath = pathFor(apiVersion, kind);
  const pod = templatePath?.reduce<unknown>((value, key) => (isJsonObject(value) ? value[key] : undefined), object);
  if (templatePath === undefined || pod === undefined || pod === null) return [];
  return [{ path: [...path, ...templatePath], pod, ...holder(object, apiVersion, kind) }];
}

/** Items of a typed list (`DeploymentList`) may leave out what they are; those of a `List` may not. */
function templatesInItems(
  items: readonly unknown[],
  list: { readonly apiVersion: string; readonly kind: string },
  path: Path,
): readonly PodTemplate[] {
  if (path.length >= maximumPath) return [];
  const inherited = { apiVersion: list.apiVersion, kind: list.kind.slice(0, -"List".length) };
  return items.flatMap((item, index) =>
    isJsonObject(item) ? templatesIn(item, inherited, [...path, "items", index]) : [],
  );
}

function pathFor(apiVersion: string, kind: string): readonly string[] | undefined {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const kinds = Object.hasOwn(templatePaths, group) ? templatePaths[group] : undefined;
  return kinds !== undefined && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}

function holder(object: JsonObject, apiVersion: string, kind: string): Pick<PodTemplate, "workload" | "namespace"> {
  const metadata = isJsonObject(object["metadata"]) ? object["metadata"] : {};
  const { name, generateName, namespace, uid } = metadata;
  const workload: Workload = {
    apiVersion,
    kind,
    name: typeof name === "string" ? name : typeof generateName === "string" ? generateName.replace(/-+$/, "") : "",
    ...(typeof uid === "string" && { uid }),
  };
  return { workload, namespace: typeof namespace === "string" && namespace !== "" ? namespace : undefined };
}
