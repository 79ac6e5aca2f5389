/**
 * Everything that a proxy gets from the real translation, as a proxy that calls certain addresses would ask for it.
 */
import { decodeResource } from "../../src/envoy-api/resource.ts";
import type {
  EncodedResource,
  Faulty,
  ResourceFault,
  ResourceSource,
  TypeUrl,
} from "../../src/control-plane/ads/resource-source.ts";
import { faulty, typeUrls } from "../../src/control-plane/ads/resource-source.ts";
import type { Address } from "../../src/control-plane/model/destination.ts";
import type { Proxy } from "../../src/control-plane/proxy.ts";

import { carriages, destinationName } from "../../src/control-plane/xds/names.ts";

export type ResourceType = keyof typeof typeUrls;
export type Json = Readonly<Record<string, unknown>>;
/** By type, by name. */
export type Translation = Readonly<Record<ResourceType, ReadonlyMap<string, EncodedResource>>>;

/** No fault is expected: it is the test's. */
export function failOnFault({ type, name, part = "", error }: ResourceFault): never {
  throw new Error(`${type} ${name} ${part} could not be made`, { cause: error });
}

function made<T>(answer: T | Faulty, name: string): T {
  if (answer === faulty) throw new Error(`${name} could not be made`);
  return answer;
}

/** A resource that can be made, or is not there. */
export function resourceOf(
  source: ResourceSource,
  proxy: Proxy,
  type: TypeUrl,
  name: string,
): EncodedResource | undefined {
  return made(source.resource(proxy, type, name), name);
}

/** The names that a proxy gets without asking. */
export function wildcardOf(source: ResourceSource, proxy: Proxy, type: TypeUrl): readonly string[] {
  return made(source.wildcardNames(proxy, type), `what ${proxy.pod} gets of ${type}`);
}

function collect(
  source: ResourceSource,
  proxy: Proxy,
  type: TypeUrl,
  names: Iterable<string>,
): ReadonlyMap<string, EncodedResource> {
  return new Map(
    [...names].flatMap((name) => {
      const resource = resourceOf(source, proxy, type, name);
      return resource === undefined ? [] : [[name, resource] as const];
    }),
  );
}

/** Every text under a key of this name, anywhere. */
export function textsUnder(key: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsUnder(key, item));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    name === key && typeof item === "string" ? [item] : textsUnder(key, item),
  );
}

/** A resource in its JSON form. */
export function shown(type: ResourceType, { body }: EncodedResource): Json {
  return decodeResource(typeUrls[type], body);
}

/** @param calls addresses that the application connects to, over HTTP and over TCP */
export function translate(source: ResourceSource, proxy: Proxy, calls: readonly Address[]): Translation {
  const wildcard = (type: TypeUrl): readonly string[] => wildcardOf(source, proxy, type);
  const demanded = calls.flatMap((address) => carriages.map((carriage) => destinationName(carriage, address)));
  const cluster = collect(source, proxy, typeUrls.cluster, new Set([...wildcard(typeUrls.cluster), ...demanded]));
  const listener = collect(source, proxy, typeUrls.listener, wildcard(typeUrls.listener));
  const configured = [
    ...[...cluster.values()].map((resource) => shown("cluster", resource)),
    ...[...listener.values()].map((resource) => shown("listener", resource)),
  ];
  return {
    cluster,
    listener,
    endpoints: collect(source, proxy, typeUrls.endpoints, textsUnder("service_name", configured)),
    route: collect(source, proxy, typeUrls.route, new Set(textsUnder("route_config_name", configured))),
    secret: collect(source, proxy, typeUrls.secret, ["trust", "workload"]),
  };
}
