/**
 * The routed ports that the clients of each namespace see: everybody sees the Services' own routes, but where the client's
 * namespace has routes of its own for a port, those stand in their place.
 */
import { isDeepStrictEqual } from "node:util";
import type { RoutedPort } from "../route.ts";
import { SortedList } from "../sorted-list.ts";
import { compareTexts } from "./precedence.ts";

interface View {
  readonly producers: readonly RoutedPort[];
  readonly consumers: readonly RoutedPort[];
  readonly merged: readonly RoutedPort[];
}

export class RoutedPorts {
  readonly #producers = new SortedList<RoutedPort>(comparePorts);
  /** Client namespace → those that only its clients see. */
  readonly #consumers = new Map<string, SortedList<RoutedPort>>();
  readonly #views = new Map<string, View>();

  /** Sorted by namespace, Service and port; the same object until it changes. */
  of(namespace: string): readonly RoutedPort[] {
    const producers = this.#producers.snapshot();
    const list = this.#consumers.get(namespace);
    if (list === undefined) return producers;
    const consumers = list.snapshot();
    const known = this.#views.get(namespace);
    if (known?.producers === producers && known.consumers === consumers) return known.merged;
    const merged = merge(producers, consumers);
    this.#views.set(namespace, { producers, consumers, merged });
    return merged;
  }

  /**
   * Puts a port down; undefined: it has no routes any more.
   *
   * @param like names the port
   * @param client the namespace whose clients see it; undefined: all
   * @returns whether anything differs
   */
  set(like: PortName, client: string | undefined, port: RoutedPort | undefined): boolean {
    const list =
      client === undefined
        ? this.#producers
        : (this.#consumers.get(client) ?? new SortedList<RoutedPort>(comparePorts));
    const before = list.find({ ...like, addresses: [], rules: [], requests: undefined });
    if (before === port || (before !== undefined && port !== undefined && isSamePort(before, port))) return false;
    if (port !== undefined) list.put(port);
    else if (before !== undefined) list.remove(before);
    if (client !== undefined) this.#keep(client, list);
    return true;
  }

  #keep(client: string, list: SortedList<RoutedPort>): void {
    if (list.size > 0) {
      this.#consumers.set(client, list);
      return;
    }
    this.#consumers.delete(client);
    this.#views.delete(client);
  }
}

export type PortName = Pick<RoutedPort, "namespace" | "service" | "port">;

function comparePorts(one: PortName, other: PortName): number {
  return (
    compareTexts(one.namespace, other.namespace) || compareTexts(one.service, other.service) || one.port - other.port
  );
}

function isSamePort(one: RoutedPort, other: RoutedPort): boolean {
  return (
    areSameRules(one.rules, other.rules) &&
    one.addresses.join(" ") === other.addresses.join(" ") &&
    isDeepStrictEqual(one.requests, other.requests)
  );
}

/** A list of rules is the same object as long as its rules are, but for the one rule of a port without routes. */
function areSameRules(one: RoutedPort["rules"], other: RoutedPort["rules"]): boolean {
  if (one === other) return true;
  return one[0]?.origin.kind === "Service" && isDeepStrictEqual(one, other);
}

/** Both are sorted; where both have a port, the second's stands. */
function merge(producers: readonly RoutedPort[], consumers: readonly RoutedPort[]): readonly RoutedPort[] {
  const merged: RoutedPort[] = [];
  let next = 0;
  for (const port of producers) {
    let consumer = consumers[next];
    while (consumer !== undefined && comparePorts(consumer, port) < 0) {
      merged.push(consumer);
      consumer = consumers[(next += 1)];
    }
    if (consumer === undefined || comparePorts(consumer, port) !== 0) merged.push(port);
  }
  return [...merged, ...consumers.slice(next)];
}
