/**
 * Services with `sessionAffinity: ClientIP`: each client stays with one endpoint. kube-proxy remembers who went where; a
 * sidecar needs no memory, as it finds the endpoint anew from the client's address, and so do all sidecars alike.
 */
import { extension } from "../../envoy/resource.ts";

/**
 * Fields of a cluster. The ring, and not Maglev: when endpoints come or go, no client moves that need not. The cluster's own
 * hash policy, and not the route's or the TCP proxy's: those are shared by all destinations.
 */
export const stayWithOneEndpoint = {
  load_balancing_policy: {
    policies: [
      {
        typed_extension_config: extension(
          "ring-hash",
          "envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash",
          {
            consistent_hashing_lb_config: { hash_policy: [{ connection_properties: { source_ip: true } }] },
          },
        ),
      },
    ],
  },
} as const;

/**
 * Fields of an HTTP connection manager whose requests come from the address at the other end of the connection, whatever
 * their `x-forwarded-for` says: more proxies are trusted than that could ever name, so none that it names is the client.
 */
export const clientIsPeer = { xff_num_trusted_hops: 4_294_967_295 } as const;
