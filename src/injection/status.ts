/**
 * The status annotation: what Outrigger added to a pod and what stood there before, so that a second pass gives the same
 * pod and `uninject` gives the first one back. Users can write anything into an annotation, so it is believed only where
 * it has exactly the shape that we write and the pod really carries the sidecar.
 */
import { proxyContainerName } from "../envoy/ports.ts";
import type { Container, LifecycleHandler, Pod } from "../kubernetes/pod.ts";
import { allContainers } from "../kubernetes/pod.ts";
import { statusAnnotation } from "./keys.ts";
import { checkProbe } from "./read-pod.ts";

export interface InjectionStatus {
  readonly version: string;
  /** Hash of the mesh config it was made from. */
  readonly config: string;
  /** Names of what was added to the pod's lists. */
  readonly volumes: readonly string[];
  readonly imagePullSecrets: readonly string[];
  /** Keys of annotations and labels that were not there before. */
  readonly annotations: readonly string[];
  readonly labels: readonly string[];
  readonly original: OriginalParts;
  /** Field -> fingerprint of what Outrigger itself gave each container; a field that differs is somebody else's. */
  readonly proxy: Fingerprints;
  readonly init: Fingerprints;
}

/** What was replaced, so that it can be put back. */
export interface OriginalParts {
  /** `<container>/<probe or hook>` -> its handler. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Annotation -> value. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Our containers as the user declared them. */
  readonly proxy?: Container;
  readonly init?: Container;
}

/** The part of a probe or hook that says what to ask: `httpGet`, `tcpSocket` or `grpc`. */
export type Handler = LifecycleHandler & { readonly grpc?: { readonly port: number; readonly service?: string } };

export type Fingerprints = Readonly<Record<string, string>>;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextRecord(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((item) => typeof item === "string");
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isHandlerRecord(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((item) => checkProbe(item, "").length === 0);
}

function isDeclared(value: unknown): boolean {
  return value === undefined || (isRecord(value) && typeof value["name"] === "string");
}

function isStatus(value: unknown): value is InjectionStatus {
  if (!isRecord(value)) return false;
  const { original } = value;
  return (
    typeof value["version"] === "string" &&
    typeof value["config"] === "string" &&
    [value["volumes"], value["imagePullSecrets"], value["annotations"], value["labels"]].every(isTextList) &&
    isTextRecord(value["proxy"]) &&
    isTextRecord(value["init"]) &&
    isRecord(original) &&
    isHandlerRecord(original["handlers"]) &&
    isTextRecord(original["annotations"]) &&
    isDeclared(original["proxy"]) &&
    isDeclared(original["init"])
  );
}

function parseStatus(text: string): InjectionStatus | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the pod has a container of the proxy's name, ours or declared by the user. */
function hasProxy(pod: Pod): boolean {
  return allContainers(pod.spec).some(({ name }) => name === proxyContainerName);
}

/** The pod's status, where it carries our sidecar and the annotation is one that we wrote. */
export function readStatus(pod: Pod): InjectionStatus | undefined {
  const text = pod.metadata?.annotations?.[statusAnnotation];
  return text === undefined || !hasProxy(pod) ? undefined : parseStatus(text);
}
