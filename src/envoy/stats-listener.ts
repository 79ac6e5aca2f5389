/**
 * Envoy's statistics for Prometheus, and nothing else of the admin interface.
 */
import type { IpFamily } from "../net/cidr.ts";
import { adminRoute } from "./admin.ts";
import { pageServer } from "./http-connection-manager.ts";
import { ownListener } from "./own-listener.ts";
import { ports } from "./ports.ts";
import type { Listener } from "./resource.ts";

const path = "/stats/prometheus";

/** The listener on the statistics port. */
export function statsListener(families: readonly IpFamily[]): Listener {
  const manager = pageServer({ statPrefix: "stats", routes: [adminRoute(path, path)] });
  return ownListener("stats", ports.stats, families, manager);
}
