/**
 * The objects of a fake cluster: one revision counter for all, optimistic concurrency, a history for watches.
 */
import type { KubernetesObject } from "../../src/kubernetes/api.ts";

export interface StoredEvent {
  readonly revision: number;
  readonly collection: string;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
}

/** What the API server would answer with a `Status`. */
export class FakeStatus extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export class FakeStore {
  readonly #collections = new Map<string, Map<string, KubernetesObject>>();
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  #history: StoredEvent[] = [];
  #compacted = 0;
  revision = 100;

  onEvent(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events after a revision. */
  since(revision: number): readonly StoredEvent[] {
    if (revision < this.#compacted) throw new FakeStatus(410, "Expired", "too old resource version");
    return this.#history.filter((event) => event.revision > revision);
  }

  /** Forgets history, as etcd does every five minutes. */
  compact(): void {
    this.revision += 1;
    this.#compacted = this.revision;
    this.#history = [];
  }

  list(collection: string): readonly KubernetesObject[] {
    return [...this.#collection(collection).values()];
  }

  /** Objects of a collection; of a namespaced resource without its namespace, those of all namespaces. */
  listEverywhere(collection: string): readonly KubernetesObject[] {
    const covers = coverageOf(collection);
    return [...this.#collections.keys()].filter(covers).flatMap((path) => this.list(path));
  }

  find(collection: string, name: string): KubernetesObject | undefined {
    return this.#collection(collection).get(name);
  }

  get(collection: string, name: string): KubernetesObject {
    const object = this.find(collection, name);
    if (object === undefined) throw new FakeStatus(404, "NotFound", `${collection} ${name} not found`);
    return object;
  }

  create(collection: string, object: KubernetesObject): KubernetesObject {
    const name = object.metadata?.name ?? "";
    if (this.find(collection, name) !== undefined) {
      throw new FakeStatus(409, "AlreadyExists", `${collection} ${name} already exists`);
    }
    return this.#write("ADDED", collection, name, object, crypto.randomUUID());
  }

  update(collection: string, name: string, object: KubernetesObject): KubernetesObject {
    const current = this.get(collection, name);
    const version = object.metadata?.resourceVersion;
    if (version !== undefined && version !== current.metadata?.resourceVersion) {
      throw new FakeStatus(409, "Conflict", `${collection} ${name} has been modified`);
    }
    if (isEqual(object, current)) return current;
    return this.#write("MODIFIED", collection, name, object, current.metadata?.uid);
  }

  delete(collection: string, name: string): KubernetesObject {
    const current = this.get(collection, name);
    this.#collection(collection).delete(name);
    return this.#emit("DELETED", collection, current, current.metadata?.uid);
  }

  #write(
    type: "ADDED" | "MODIFIED",
    collection: string,
    name: string,
    object: KubernetesObject,
    uid: string | undefined,
  ): KubernetesObject {
    const stored = this.#emit(type, collection, object, uid);
    this.#collection(collection).set(name, stored);
    return stored;
  }

  #emit(
    type: StoredEvent["type"],
    collection: string,
    object: KubernetesObject,
    uid: string | undefined,
  ): KubernetesObject {
    this.revision += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.revision), ...(uid !== undefined && { uid }) };
    const stored = { ...object, metadata };
    const event = { revision: this.revision, collection, type, object: stored };
    this.#history.push(event);
    // After the write is visible, as with a real server.
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(event);
    });
    return stored;
  }

  #collection(path: string): Map<string, KubernetesObject> {
    const known = this.#collections.get(path) ?? new Map<string, KubernetesObject>();
    this.#collections.set(path, known);
    return known;
  }
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether a collection is another one or, where that names no namespace, its part in some namespace. */
export function coverageOf(collection: string): (path: string) => boolean {
  const [, root, plural] = /^(.+)\/([a-z]+)$/.exec(collection) ?? [];
  const namespaced = new RegExp(`^${root ?? ""}/namespaces/[^/]+/${plural ?? ""}$`);
  return (path) => path === collection || namespaced.test(path);
}
