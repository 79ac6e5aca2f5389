/**
 * Who wants what: from a resource's name to the streams that have it, and from a pod to its streams. By it a change costs as
 * much as it has readers, whatever the number of proxies.
 */
import type { NamespacedName } from "../model/workload.ts";
import type { ResourceChange, TypeUrl } from "./resource-source.ts";

/** What has to be looked at on one stream. */
export type Recheck =
  | { readonly everything: true }
  | { readonly everything: false; readonly names: ReadonlyMap<TypeUrl, readonly string[]> };

/** @typeParam S what stands for a stream */
export class SubscriberIndex<S extends object> {
  readonly #byName = new Map<TypeUrl, Map<string, Set<S>>>();
  readonly #byPod = new Map<NamespacedName, Set<S>>();
  #size = 0;

  /** A stream of this pod has opened. */
  open(stream: S, pod: NamespacedName): void {
    const streams = this.#byPod.get(pod) ?? new Set();
    this.#byPod.set(pod, streams.add(stream));
    this.#size += 1;
  }

  /** It has ended, and wants no name any more. */
  close(stream: S, pod: NamespacedName): void {
    const streams = this.#byPod.get(pod);
    if (streams?.delete(stream) !== true) return;
    this.#size -= 1;
    if (streams.size === 0) this.#byPod.delete(pod);
  }

  began(stream: S, type: TypeUrl, name: string): void {
    const names = this.#byName.get(type) ?? new Map<string, Set<S>>();
    this.#byName.set(type, names);
    const streams = names.get(name) ?? new Set();
    names.set(name, streams.add(stream));
  }

  /** @returns whether it was the last that wanted the name */
  ceased(stream: S, type: TypeUrl, name: string): boolean {
    const names = this.#byName.get(type);
    const streams = names?.get(name);
    const isLast = streams?.delete(stream) === true && streams.size === 0;
    if (isLast) names?.delete(name);
    return isLast;
  }

  /** How many streams are open. */
  get size(): number {
    return this.#size;
  }

  /** The open streams of a pod, in the order in which they were opened. */
  of(pod: NamespacedName): readonly S[] {
    return [...(this.#byPod.get(pod) ?? [])];
  }

  /** All open streams. */
  *all(): Iterable<S> {
    for (const streams of this.#byPod.values()) yield* streams;
  }

  /** The streams that a change concerns, and what of them. */
  concerned({ shared, proxies }: ResourceChange): ReadonlyMap<S, Recheck> {
    const found = new Map<S, Recheck>();
    const pods = proxies === "all" ? this.#byPod.values() : Array.from(proxies, (pod) => this.#byPod.get(pod) ?? []);
    for (const streams of pods) for (const stream of streams) found.set(stream, { everything: true });
    if (proxies === "all") return found;
    const named = new Map<S, Map<TypeUrl, string[]>>();
    for (const [type, names] of shared) {
      for (const name of names) {
        for (const stream of this.#byName.get(type)?.get(name) ?? []) {
          if (!found.has(stream)) note(named, stream, type, name);
        }
      }
    }
    for (const [stream, names] of named) found.set(stream, { everything: false, names });
    return found;
  }
}

function note<S>(named: Map<S, Map<TypeUrl, string[]>>, stream: S, type: TypeUrl, name: string): void {
  const types = named.get(stream) ?? new Map<TypeUrl, string[]>();
  named.set(stream, types);
  const names = types.get(type) ?? [];
  types.set(type, names);
  names.push(name);
}
