/**
 * Requests and limits of the containers that Outrigger adds.
 */
import type { MeshConfig } from "../config/schema.ts";
import type { ResourceRequirements } from "../kubernetes/pod.ts";
import type { ProxyResources } from "./settings.ts";

type Quantities = Readonly<Record<string, string | undefined>>;

function present(quantities: Quantities): Readonly<Record<string, string>> {
  const entries = Object.entries(quantities).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(entries) as Record<string, string>;
}

/**
 * The same for the proxy and the init container: what a namespace demands of every container can be met by one annotation.
 * The pod counts as the proxy and, beside a native one, the larger of the init container and the application.
 */
export function createResources(resources: ProxyResources, { proxy }: MeshConfig): ResourceRequirements {
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = resources;
  const { ephemeralStorageRequest, ephemeralStorageLimit } = proxy;
  const limits = present({ cpu: cpuLimit, memory: memoryLimit, "ephemeral-storage": ephemeralStorageLimit });
  // The API server takes the limit for a request that is not there; it is written out to be ours on a second pass too.
  const requests = present({
    cpu: cpuRequest ?? cpuLimit,
    memory: memoryRequest ?? memoryLimit,
    "ephemeral-storage": ephemeralStorageRequest === "" ? ephemeralStorageLimit : ephemeralStorageRequest,
  });
  return {
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  };
}
