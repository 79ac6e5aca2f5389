/**
 * What a client is known to have of one type: the versions it was sent and did not refuse, or has from an earlier stream.
 */
import type { DeltaResource } from "../../envoy-api/discovery.ts";

/** A resource that the client refused, and why; it keeps the last one that it took. */
export interface RefusedResource {
  readonly name: string;
  readonly version: string;
  /** The client's own words. */
  readonly message: string;
}

export class HeldResources {
  /** Name → version; undefined: it was sent once, but which version the client has now cannot be told. */
  readonly #versions = new Map<string, string | undefined>();
  readonly #refused = new Map<string, RefusedResource>();

  has(name: string): boolean {
    return this.#versions.has(name);
  }

  get size(): number {
    return this.#versions.size;
  }

  /** The version that the client has; undefined where it has none, or which one cannot be told. */
  versionOf(name: string): string | undefined {
    return this.#versions.get(name);
  }

  names(): Iterable<string> {
    return this.#versions.keys();
  }

  /** Whether sending this version would tell the client something: it neither has it nor has refused it. */
  lacks({ name, version }: DeltaResource): boolean {
    return this.#versions.get(name) !== version && this.#refused.get(name)?.version !== version;
  }

  /** The client was sent this version, or says that it has it. */
  take(name: string, version: string): void {
    this.#versions.set(name, version);
    // What replaces a refused version ends that; should it be refused too, that is told anew.
    this.#refused.delete(name);
  }

  /** Whatever the client has of it, it is to be sent again. Changes nothing for a name that it has not. */
  doubt(name: string): void {
    if (this.#versions.has(name)) this.#versions.set(name, undefined);
    this.#refused.delete(name);
  }

  /** The client refused this version; it is not sent again. */
  refuse(refused: RefusedResource): void {
    this.#versions.set(refused.name, undefined);
    this.#refused.set(refused.name, refused);
  }

  /** The client has it no more. */
  forget(name: string): void {
    this.#versions.delete(name);
    this.#refused.delete(name);
  }

  /** Whether this very version was the last that was sent, and nothing has happened to it since. */
  holds({ name, version }: Pick<DeltaResource, "name" | "version">): boolean {
    return this.#versions.get(name) === version;
  }

  refused(): readonly RefusedResource[] {
    return [...this.#refused.values()];
  }

  get hasRefused(): boolean {
    return this.#refused.size > 0;
  }
}
