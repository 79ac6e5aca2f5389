/**
 * The TrafficPolicies by what they are about. Of several with the same target the oldest one has it, by name where they are
 * equally old; the others have no effect there.
 */
import type { TrafficPolicyRecord } from "./cluster-object.ts";
import { MultiMap } from "./multi-map.ts";
import type { RouteKey } from "./routes/route-key.ts";
import { splitRouteKey } from "./routes/route-key.ts";
import type { PolicyTarget } from "./traffic-policy.ts";
import type { NamespacedName } from "./workload.ts";
import { namespacedName } from "./workload.ts";

/** An object that policies may be about. */
export type TargetObject = Pick<PolicyTarget, "kind" | "name"> & { readonly namespace: string };

/** A Service by its key. */
export function serviceObject(key: NamespacedName): TargetObject {
  const [namespace = "", name = ""] = key.split("/");
  return { kind: "Service", namespace, name };
}

/** A route by its key. */
export function routeObject(key: RouteKey): TargetObject {
  const { kind, name } = splitRouteKey(key);
  return { ...serviceObject(name), kind };
}

const none: readonly TrafficPolicyRecord[] = [];

export class TrafficPolicyIndex {
  readonly #records = new Map<NamespacedName, TrafficPolicyRecord>();
  readonly #byObject = new MultiMap<NamespacedName>();

  get(key: NamespacedName): TrafficPolicyRecord | undefined {
    return this.#records.get(key);
  }

  /** Every policy that is about an object or a part of it, by right. */
  about(object: TargetObject): readonly TrafficPolicyRecord[] {
    const keys = [...this.#byObject.get(keyOf(object))];
    if (keys.length === 0) return none;
    return keys
      .map((key) => this.#records.get(key))
      .filter((record) => record !== undefined)
      .sort(byRight);
  }

  /** The one that has an object as a whole, or a part of it. */
  holder(object: TargetObject, section: string | undefined): TrafficPolicyRecord | undefined {
    return this.about(object).find(
      ({ refused, targets }) => !refused && targets.some((target) => isTarget(target, object, section)),
    );
  }

  /** Those that apply to a part of an object, the more specific one first. */
  applied(object: TargetObject, section: string | undefined): readonly TrafficPolicyRecord[] {
    const whole = this.holder(object, undefined);
    const part = section === undefined ? undefined : this.holder(object, section);
    return [part, whole].filter((record) => record !== undefined);
  }

  /** @returns the objects that the policy was or is about */
  set(key: NamespacedName, record: TrafficPolicyRecord | undefined): readonly TargetObject[] {
    const [before, after] = [objectsOf(this.#records.get(key)), objectsOf(record)];
    this.#byObject.move(key, new Set(before.keys()), new Set(after.keys()));
    if (record === undefined) this.#records.delete(key);
    else this.#records.set(key, record);
    return [...new Map([...before, ...after]).values()];
  }
}

function byRight(one: TrafficPolicyRecord, other: TrafficPolicyRecord): number {
  return one.createdAt - other.createdAt || (one.name < other.name ? -1 : 1);
}

function isTarget(target: PolicyTarget, { kind, name }: TargetObject, section: string | undefined): boolean {
  return target.kind === kind && target.name === name && target.section === section;
}

function objectsOf(record: TrafficPolicyRecord | undefined): ReadonlyMap<string, TargetObject> {
  if (record === undefined) return new Map();
  const { namespace, targets } = record;
  const objects = targets.map(({ kind, name }) => ({ kind, name, namespace }));
  return new Map(objects.map((object) => [keyOf(object), object]));
}

function keyOf({ kind, namespace, name }: TargetObject): string {
  return `${kind} ${namespacedName(namespace, name)}`;
}
