/**
 * The status annotation: what Outrigger added to a pod and what stood there before, so that a second pass gives the same
 * pod and `uninject` gives the first one back. Users can write anything into an annotation, so it is believed only where
 * it has exactly the shape that we write and the pod really carries the sidecar.
 */
import { initContainerName, proxyContainerName } from "../envoy/ports.ts";
import { isJsonObject } from "../json-value.ts";
import type { Container, LifecycleHandler, Pod } from "../kubernetes/pod.ts";
import { allContainers } from "../kubernetes/pod.ts";
import type { PlacedContainer } from "./declared-sidecar.ts";
import { defaultContainerAnnotation, injectedLabel, statusAnnotation } from "./keys.ts";
import { checkContainer, checkProbe } from "./read-pod.ts";
import { isScrapeAnnotation } from "./scrape-annotations.ts";
import type { WrittenSidecarStatus } from "./sidecar-status.ts";
import { isSidecarStatus } from "./sidecar-status.ts";
import { isVolumeOfOurs } from "./volume-names.ts";

export interface InjectionStatus {
  readonly version: string;
  /** Hash of the mesh config it was made from. */
  readonly config: string;
  /** Names of what was added to the pod's lists. */
  readonly volumes: readonly string[];
  readonly imagePullSecrets: readonly string[];
  /** Keys of labels that were not there before. */
  readonly labels: readonly string[];
  /** Annotation -> the value that was written; one that has another value by now is somebody else's. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What the control plane has to know; absent where the sidecar is standalone. */
  readonly mesh?: WrittenSidecarStatus;
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
  /** Our containers as the user declared them, and where. */
  readonly proxy?: PlacedContainer;
  readonly init?: PlacedContainer;
}

/** The part of a probe or hook that says what to ask: `httpGet`, `tcpSocket` or `grpc`. */
export type Handler = LifecycleHandler & { readonly grpc?: { readonly port: number; readonly service?: string } };

export type Fingerprints = Readonly<Record<string, string>>;

function isTextRecord(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every((item) => typeof item === "string");
}

/** A text of those that we write: what a status names is taken out of the pod again, so it must not name anything else. */
type Known = (text: string) => boolean;

function isListOf(value: unknown, known: Known): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && known(item));
}

function isRecordOf(value: unknown, known: Known): boolean {
  return isTextRecord(value) && Object.keys(value as object).every(known);
}

function isHandlerRecord(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every((item) => checkProbe(item, "").length === 0);
}

function isPlaced(value: unknown, name: string): boolean {
  if (value === undefined) return true;
  if (!isJsonObject(value)) return false;
  const { list, index, container } = value;
  return (
    (list === "initContainers" || list === "containers") &&
    Number.isSafeInteger(index) &&
    checkContainer(container, "").length === 0 &&
    (container as Container).name === name
  );
}

function isStatus(value: unknown): value is InjectionStatus {
  if (!isJsonObject(value)) return false;
  const { original } = value;
  return (
    typeof value["version"] === "string" &&
    typeof value["config"] === "string" &&
    isListOf(value["volumes"], isVolumeOfOurs) &&
    isListOf(value["imagePullSecrets"], () => true) &&
    isListOf(value["labels"], (key) => key === injectedLabel) &&
    isRecordOf(value["annotations"], isWrittenAnnotation) &&
    (value["mesh"] === undefined || isSidecarStatus(value["mesh"])) &&
    isTextRecord(value["proxy"]) &&
    isTextRecord(value["init"]) &&
    isJsonObject(original) &&
    isHandlerRecord(original["handlers"]) &&
    isRecordOf(original["annotations"], isWrittenAnnotation) &&
    isPlaced(original["proxy"], proxyContainerName) &&
    isPlaced(original["init"], initContainerName)
  );
}

function isWrittenAnnotation(key: string): boolean {
  return key === defaultContainerAnnotation || isScrapeAnnotation(key);
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
