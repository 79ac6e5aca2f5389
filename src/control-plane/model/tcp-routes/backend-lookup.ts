/** By what the references of TCPRoutes are followed. */
import type { MeshState } from "../mesh-state.ts";
import type { BackendLookup } from "./resolve-tcp-backend.ts";

export function backendLookup({ services, routes }: MeshState): BackendLookup {
  return {
    grants: routes.grants,
    serviceOf: (key) => {
      const record = services.get(key);
      return record && { kind: record.kind, reach: record.reach, ports: services.resolved(key).ports };
    },
  };
}
