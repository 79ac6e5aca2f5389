/**
 * Which Services each simulated proxy calls: half of its own namespace's, one that everybody calls, and some of others'
 * namespaces, evenly spread.
 */
import type { ProxyPlan } from "./protocol.ts";
import { namespaceOfService, servicesPerNamespace } from "./shop.ts";
import type { LiveService, PodWithToken } from "./shop-cluster.ts";

export const usedServices = 10;
const ownServices = 4;
/** The first Service is everybody's: a name server, a collector of traces. */
const everybodysService = 0;
/** Primes, so that proxies' choices fall apart. */
const [stepByProxy, stepByChoice] = [37, 101];

function usesOf(pod: PodWithToken, index: number, services: readonly LiveService[]): readonly LiveService[] {
  const own = services.filter(({ namespace }) => namespace === pod.namespace).slice(1, 1 + ownServices);
  const chosen = new Set([services[everybodysService], ...own]);
  for (let choice = 0; chosen.size < usedServices; choice += 1) {
    chosen.add(services[(index * stepByProxy + choice * stepByChoice) % services.length]);
  }
  return [...chosen].filter((service) => service !== undefined);
}

export function planProxies(pods: readonly PodWithToken[], services: readonly LiveService[]): readonly ProxyPlan[] {
  return pods.map((pod, index) => ({ pod, uses: usesOf(pod, index, services).map(({ address }) => address) }));
}

/** A Service and the proxies (by their place) that are to hear of its endpoints. */
export interface Audience {
  readonly service: LiveService;
  readonly proxies: readonly number[];
}

/** Those that call it, and its neighbours: they have it before they call it (`src/control-plane/xds/wildcard-names.ts`). */
export function audienceOf(service: LiveService, proxies: readonly ProxyPlan[]): Audience {
  const places = proxies.flatMap(({ pod, uses }, place) =>
    pod.namespace === service.namespace || uses.includes(service.address) ? [place] : [],
  );
  return { service, proxies: places };
}

export function everybodysAudience(services: readonly LiveService[], proxies: readonly ProxyPlan[]): Audience {
  const [service] = services;
  if (service === undefined) throw new Error(`${namespaceOfService(0)} has no Services`);
  return audienceOf(service, proxies);
}

/** So many Services that some, but not all, proxies use, from all over the mesh. */
export function smallAudiences(
  services: readonly LiveService[],
  proxies: readonly ProxyPlan[],
  count: number,
): readonly Audience[] {
  const step = Math.max(1, Math.floor((services.length - servicesPerNamespace) / (count * 2)));
  const candidates = services.filter((_, index) => index > everybodysService && index % step === 0);
  const audiences = candidates.map((service) => audienceOf(service, proxies));
  return audiences.filter((audience) => audience.proxies.length > 0).slice(0, count);
}
