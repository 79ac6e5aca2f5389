/** The groups of routes that there are, by their place and by the Service's port that they are for. */
import { MultiMap } from "../multi-map.ts";
import type { NamespacedName } from "../workload.ts";
import type { GroupPlace } from "./route-group.ts";
import { RouteGroup } from "./route-group.ts";

export class RouteGroups {
  readonly #groups = new Map<string, RouteGroup>();
  /** Service's port → keys of groups. */
  readonly #byPort = new MultiMap();

  get(place: GroupPlace): RouteGroup | undefined {
    return this.#groups.get(keyOf(place));
  }

  /** Those for a Service's port, of any namespace. */
  forPort(service: NamespacedName, port: number): readonly RouteGroup[] {
    const keys = [...this.#byPort.get(portKey(service, port))];
    return keys.map((key) => this.#groups.get(key)).filter((group) => group !== undefined);
  }

  /** The group of a place, made where there is none yet. */
  open(place: GroupPlace): RouteGroup {
    const key = keyOf(place);
    const group = this.#groups.get(key) ?? new RouteGroup(place);
    this.#groups.set(key, group);
    this.#byPort.add(portKey(place.service, place.port), key);
    return group;
  }

  /** Forgets a group that has no routes any more. */
  close({ place }: RouteGroup): void {
    this.#groups.delete(keyOf(place));
    this.#byPort.delete(portKey(place.service, place.port), keyOf(place));
  }
}

function keyOf({ namespace, service, port }: GroupPlace): string {
  return `${namespace} ${portKey(service, port)}`;
}

function portKey(service: NamespacedName, port: number): string {
  return `${service}:${port}`;
}
