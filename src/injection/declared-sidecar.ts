/**
 * Containers of our names that the pod brings along: declared by the user to change the built-in ones, or left by an
 * earlier pass. They are taken out, so that what follows sees the application alone.
 */
import { initContainerName, proxyContainerName } from "../envoy/ports.ts";
import type { JsonObject } from "../json-value.ts";
import type { Container, Pod, PodSpec } from "../kubernetes/pod.ts";
import type { Parsed, Problem } from "../problem.ts";
import { parsed } from "../problem.ts";

/** A container and where in the pod it stood. */
export interface PlacedContainer {
  readonly list: "initContainers" | "containers";
  readonly index: number;
  readonly container: Container;
}

/** Our two containers as the pod has them, if it does. */
export interface DeclaredSidecar {
  readonly proxy: PlacedContainer | undefined;
  readonly init: PlacedContainer | undefined;
}

/** A pod in two parts. */
export interface TakenApart extends DeclaredSidecar {
  /** The pod without our containers; the very same object where there are none. */
  readonly pod: Pod;
}

function isOurs({ name }: Container): boolean {
  return name === proxyContainerName || name === initContainerName;
}

function findOurs(spec: PodSpec): readonly PlacedContainer[] {
  return (["initContainers", "containers"] as const).flatMap((list) =>
    (spec[list] ?? [])
      .map((container, index): PlacedContainer => ({ list, index, container }))
      .filter(({ container }) => isOurs(container)),
  );
}

function checkUnique(found: readonly PlacedContainer[]): readonly Problem[] {
  const message = `container ${String(found[0]?.container.name)} is declared ${found.length} times`;
  return found.length <= 1 ? [] : [{ path: "spec", message, hint: "declare it once" }];
}

function checkPlace(init: PlacedContainer | undefined): readonly Problem[] {
  if (init?.list !== "containers") return [];
  const path = `spec.containers[${init.index}].name`;
  const message = `the name ${initContainerName} is taken by a container that is no init container`;
  return [{ path, message, hint: "give the container another name" }];
}

function checkApplication({ containers }: PodSpec): readonly Problem[] {
  const message = "the pod has no container beside the sidecar's";
  return containers.length > 0 ? [] : [{ path: "spec.containers", message, hint: "declare the application's" }];
}

/** The spec without our containers; a list of init containers that held nothing else goes too, as it did not exist. */
function withoutOurs(spec: PodSpec): PodSpec {
  const { initContainers, ...rest } = spec;
  const containers = spec.containers.filter((container) => !isOurs(container));
  if (initContainers == null || !initContainers.some(isOurs)) return { ...spec, containers };
  const kept = initContainers.filter((container) => !isOurs(container));
  return { ...rest, containers, ...(kept.length > 0 ? { initContainers: kept } : {}) };
}

/** Takes our containers out of the pod. */
export function takeDeclaredSidecar(pod: Pod): Parsed<TakenApart> {
  const found = findOurs(pod.spec);
  if (found.length === 0) return parsed({ pod, proxy: undefined, init: undefined });
  const proxies = found.filter(({ container }) => container.name === proxyContainerName);
  const inits = found.filter(({ container }) => container.name === initContainerName);
  const spec = withoutOurs(pod.spec);
  const problems = [...checkUnique(proxies), ...checkUnique(inits), ...checkPlace(inits[0]), ...checkApplication(spec)];
  return problems.length > 0
    ? { ok: false, problems }
    : parsed({ pod: { ...pod, spec }, proxy: proxies[0], init: inits[0] });
}

/** Puts declared containers back where they stood, or as near as the lists allow. */
export function putBack(pod: Pod, { proxy, init }: DeclaredSidecar): Pod {
  const placed = [proxy, init].filter((item) => item !== undefined).sort((one, other) => one.index - other.index);
  const spec = placed.reduce<PodSpec>(
    (current, { list, index, container }) => ({
      ...current,
      [list]: (current[list] ?? []).toSpliced(index, 0, container),
    }),
    pod.spec,
  );
  return { ...pod, spec };
}

const imageOfOurs = "auto";

/**
 * Whether a field only looks as if somebody wanted it. `image: auto` asks for ours, as the API server demands some image of
 * every container; and since that has no tag, the API server has taken it for `:latest` and made its pull policy `Always`
 * before any webhook sees the pod.
 */
function isStandIn(field: string, value: unknown, { image }: Partial<Container>): boolean {
  if (image !== imageOfOurs) return false;
  return field === "image" || (field === "imagePullPolicy" && value === "Always");
}

/** What the user wants otherwise; null is what YAML makes of a key without a value. */
export function overrideOf(declared: Partial<Container>): Partial<Container> {
  const wanted = Object.entries(declared as JsonObject).filter(
    ([field, value]) => value !== null && !isStandIn(field, value, declared),
  );
  return Object.fromEntries(wanted);
}
