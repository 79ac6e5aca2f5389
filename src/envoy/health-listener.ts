/**
 * The proxy's own health, and the path that drains it.
 */
import { adminRoute } from "./admin.ts";
import type { BootstrapInput } from "./bootstrap-input.ts";
import { drainFilters, drainRoute } from "./drain.ts";
import { pageServer } from "./http-connection-manager.ts";
import { ownListener } from "./own-listener.ts";
import { ports } from "./ports.ts";
import type { Listener } from "./resource.ts";

/** Answers 200 once the proxy takes traffic. */
export const readyPath = "/healthz/ready";

/** The listener on the health port. */
export function healthListener(input: BootstrapInput): Listener {
  const manager = pageServer({
    statPrefix: "health",
    filters: drainFilters,
    routes: [adminRoute(readyPath, "/ready"), drainRoute(input.drainPath, input.drainSeconds)],
  });
  return ownListener("health", ports.health, input.ipFamilies, manager);
}
