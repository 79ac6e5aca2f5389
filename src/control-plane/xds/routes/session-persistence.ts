/**
 * Sessions that stay where they began. Envoy keeps a session's replica in a cookie or header of the session's name. Where a
 * rule has several backends, a second cookie keeps the backend, whose replica it is; a header cannot be helped out so, as clients
 * bring back the one that they know of: rules with several backends keep no sessions by one.
 *
 * Source: Gateway API, GEP-1619 "Session Persistence".
 */
import { extension, typedConfig } from "../../../envoy/resource.ts";
import type { Extension, TypedConfig } from "../../../envoy/resource.ts";
import type { BackendTarget, SessionPersistence } from "../../model/route.ts";
import { digest } from "../encoded.ts";
import { duration } from "./retry-policy.ts";

type Fields = Readonly<Record<string, unknown>>;

const packages = "envoy.extensions";

/** Envoy finds what keeps a session by this name, not by its type. */
function keeper(kind: SessionPersistence["kind"], message: string, fields: Fields): Extension {
  const type = `${packages}.http.stateful_session.${kind}.v3.${message}`;
  return extension(`envoy.http.stateful_session.${kind}`, type, fields);
}

function sessionState({ kind, name, lifetimeMs }: SessionPersistence): Extension {
  if (kind === "header") return keeper(kind, "HeaderBasedSessionState", { name });
  const cookie = { name, path: "/", ...(lifetimeMs === undefined ? {} : { ttl: duration(lifetimeMs) }) };
  return keeper(kind, "CookieBasedSessionState", { cookie });
}

/** The stateful session filter's configuration for a route: a replica that is gone is replaced, not missed. */
export function sessionConfig(persistence: SessionPersistence): TypedConfig {
  return typedConfig(`${packages}.filters.http.stateful_session.v3.StatefulSessionPerRoute`, {
    stateful_session: { session_state: sessionState(persistence) },
  });
}

/** Enough to tell the backends of a rule apart. */
const valueLength = 8;

function cookieName({ name }: SessionPersistence): string {
  return `${name}-backend`;
}

function cookieValue({ destination }: BackendTarget): string {
  return digest(destination).slice(0, valueLength);
}

/** A `CookieMatcher` of requests whose session began at a backend. */
export function sessionAt(persistence: SessionPersistence, backend: BackendTarget): Fields {
  return { name: cookieName(persistence), string_match: { exact: cookieValue(backend) } };
}

/** The `set-cookie` by which a session stays at a backend. */
export function stayAt(persistence: SessionPersistence, backend: BackendTarget): string {
  const { lifetimeMs } = persistence;
  const age = lifetimeMs === undefined ? "" : `; Max-Age=${Math.ceil(lifetimeMs / 1_000)}`;
  return `${cookieName(persistence)}=${cookieValue(backend)}${age}; Path=/; HttpOnly`;
}
