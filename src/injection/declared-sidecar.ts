/**
 * Containers of our names that the pod brings along: declared by the user to change the built-in ones, or left by an
 * earlier pass. They are taken out, so that what follows sees the application alone.
 */
import { initContainerName, proxyContainerName } from "../envoy/ports.ts";
import type { Container, Pod } from "../kubernetes/pod.ts";
import type { Parsed, Problem } from "../problem.ts";
import { parsed } from "../problem.ts";

export interface DeclaredSidecar {
  /** The pod without them; the very same object where there are none. */
  readonly pod: Pod;
  readonly proxy: Container | undefined;
  readonly init: Container | undefined;
}

function isOurs({ name }: Container): boolean {
  return name === proxyContainerName || name === initContainerName;
}

function checkUnique(found: readonly Container[]): readonly Problem[] {
  const message = `container ${String(found[0]?.name)} is declared ${found.length} times`;
  return found.length <= 1 ? [] : [{ path: "spec", message, hint: "declare it once" }];
}

function checkPlace(containers: readonly Container[]): readonly Problem[] {
  const index = containers.findIndex(({ name }) => name === initContainerName);
  const message = `the name ${initContainerName} is taken by a container that is no init container`;
  return index < 0
    ? []
    : [{ path: `spec.containers[${index}].name`, message, hint: "give the container another name" }];
}

/** Takes our containers out of the pod. */
export function takeDeclaredSidecar(pod: Pod): Parsed<DeclaredSidecar> {
  const { containers } = pod.spec;
  const initContainers = pod.spec.initContainers ?? [];
  const found = [...initContainers, ...containers].filter(isOurs);
  if (found.length === 0) return parsed({ pod, proxy: undefined, init: undefined });
  const proxies = found.filter(({ name }) => name === proxyContainerName);
  const inits = found.filter(({ name }) => name === initContainerName);
  const problems = [...checkUnique(proxies), ...checkUnique(inits), ...checkPlace(containers)];
  if (problems.length > 0) return { ok: false, problems };
  const spec = { ...pod.spec, containers: containers.filter((container) => !isOurs(container)) };
  const application: Pod = {
    ...pod,
    spec: initContainers.some(isOurs)
      ? { ...spec, initContainers: initContainers.filter((container) => !isOurs(container)) }
      : spec,
  };
  return parsed({ pod: application, proxy: proxies[0], init: inits[0] });
}

const imageOfOurs = "auto";

/** What the user wants otherwise: `image: auto` asks for ours, as the API server demands some image of every container. */
export function overrideOf(declared: Partial<Container>): Partial<Container> {
  if (declared.image !== imageOfOurs) return declared;
  const { image: _image, ...rest } = declared;
  return rest;
}
