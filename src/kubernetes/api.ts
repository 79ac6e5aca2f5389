/**
 * The little of the Kubernetes API that Outrigger's controllers use: plain JSON requests and watches by path.
 *
 * Objects stay as they came off the wire. The generated classes of a client would drop every field they do not know,
 * and an object that is read, changed and written back must not lose any.
 */
import type { Duplex } from "node:stream";

export type ApiMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** RFC 6902, RFC 7386, and Kubernetes' own server-side apply. */
export type PatchType = "application/json-patch+json" | "application/merge-patch+json" | "application/apply-patch+yaml";

export interface ApiRequest {
  readonly method: ApiMethod;
  /** Absolute path without query, e.g. `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** `application/json` unless the request is a patch. */
  readonly contentType?: PatchType;
  readonly accept?: string;
  /** `text`: the body as it came, for the few answers that are no JSON (what a proxied pod says). */
  readonly answer?: "json" | "text";
  /** The whole exchange takes at most this long; 15 s unless given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ForwardRequest {
  readonly namespace: string;
  readonly pod: string;
  /** A port that somebody listens on in the pod, on its loopback interface too. */
  readonly port: number;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

export interface WatchRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accept?: string;
  /** Ends the watch: the iteration then throws the signal's reason. */
  readonly signal: AbortSignal;
}

/** What every object has that this code looks at. */
export interface KubernetesObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export interface KubernetesList {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  /** Null where there is none: that is how the API server writes an empty list. */
  readonly items?: readonly KubernetesObject[] | null;
}

/** An event of a watch; `ERROR` events are thrown as {@link ApiError}. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubernetesObject;
}

export interface KubernetesApi {
  /**
   * Sends a request and returns the body of a 2xx answer, parsed unless it was asked for as text.
   *
   * @throws ApiError for any other status; an ordinary Error where there was no answer
   */
  request<T>(request: ApiRequest): Promise<T>;
  /** Streams a watch until the server ends it. */
  watch(request: WatchRequest): AsyncIterable<WatchEvent>;
  /**
   * Connects to a port of a pod. The stream has an error where nobody listens there.
   *
   * @throws ApiError where the API server refuses; an ordinary Error where there was no answer
   */
  forward(request: ForwardRequest): Promise<Duplex>;
  /** Gives back idle connections. */
  close(): void;
}

/** The API server's own answer that something did not work, from its `Status` object. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** e.g. `AlreadyExists`, `Conflict`, `Expired`; empty where the server gave none. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** There is no such object (404). */
export function isNotFound(error: unknown): boolean {
  return hasStatus(error, 404);
}

/** Somebody else was first: the object exists already, or has changed since it was read (409). */
export function isConflict(error: unknown): boolean {
  return hasStatus(error, 409);
}

/** The resource version is older than what the server still remembers (410). */
export function isGone(error: unknown): boolean {
  return hasStatus(error, 410);
}
