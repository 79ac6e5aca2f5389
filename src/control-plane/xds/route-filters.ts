/**
 * The HTTP filters that routes configure. They are part of every outbound listener and do nothing until a route tells them
 * to, so that a route that comes or goes changes no listener, which would drain its connections.
 */
import type { Extension } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";

/** What routes call the filters by in their `typed_per_filter_config`. */
export const corsFilterName = "cors";
export const sessionFilterName = "stateful-session";

const filters = "envoy.extensions.filters.http";

/** Answers browsers' preflights; before anything that waits for a cluster. */
export const corsFilter: Extension = extension(corsFilterName, `${filters}.cors.v3.Cors`);

/** Sends a session's requests to its replica. */
export const sessionFilter: Extension = extension(sessionFilterName, `${filters}.stateful_session.v3.StatefulSession`);
