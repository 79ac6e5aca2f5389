/**
 * Clusters that a sidecar asks for when the first connection or request needs them, which is held until they are there. So
 * a sidecar knows the destinations that its application uses, and no others.
 */
import { discovered } from "../../envoy/discovered.ts";

/**
 * How long a connection or request is held. An answer takes milliseconds; this is for a control plane that is just being
 * replaced. Envoy's own limits are 5 s for HTTP and 60 s for TCP.
 */
const patience = "10s";

/** The `odcds` of the HTTP filter that holds requests. */
export const holdRequests = { source: discovered, timeout: patience } as const;

/** The `on_demand` of a TCP proxy. */
export const holdConnections = { odcds_config: discovered, timeout: patience } as const;
