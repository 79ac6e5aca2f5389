/** What a rule says beside matches, filters and backends: time limits, retries, sessions. */
import { hash } from "node:crypto";
import type { RetryRule, SessionPersistence } from "../../model/route.ts";
import { readDuration } from "../duration.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readToken } from "./header-name.ts";

export interface Timeouts {
  readonly requestTimeoutMs: number | undefined;
  readonly backendTimeoutMs: number | undefined;
}

export function readTimeouts(timeouts: Field): Timeouts {
  hasOnly(timeouts, ["request", "backendRequest"]);
  const requestTimeoutMs = readDuration(timeouts.at("request"));
  const backendTimeoutMs = readDuration(timeouts.at("backendRequest"));
  const isLimited = requestTimeoutMs !== undefined && requestTimeoutMs > 0;
  if (isLimited && backendTimeoutMs !== undefined && backendTimeoutMs > requestTimeoutMs) {
    timeouts.report("backendRequest is longer than request", "give one attempt no more time than all of them have");
  }
  return { requestTimeoutMs, backendTimeoutMs };
}

/** More would only multiply the load of what is overloaded already. */
const mostAttempts = 100;

export function readRetry(retry: Field): RetryRule | undefined {
  if (retry.absent) return undefined;
  hasOnly(retry, ["codes", "attempts", "backoff"]);
  const codes = retry
    .at("codes")
    .items()
    .map((item) => item.whole(400, 599));
  return {
    attempts: retry.at("attempts").whole(1, mostAttempts),
    codes: [...new Set(codes.filter((code) => code !== undefined))].sort((one, other) => one - other),
    backoffMs: readDuration(retry.at("backoff")),
  };
}

/**
 * @param owner names the rule, so that no two sessions have the same name by default
 * @param backends how many the rule has
 */
export function readSession(session: Field, owner: string, backends: number): SessionPersistence | undefined {
  if (session.absent) return undefined;
  hasOnly(session, ["sessionName", "absoluteTimeout", "type", "cookieConfig"]);
  const type = session.at("type").absent ? "Cookie" : session.at("type").oneOf(["Cookie", "Header"]);
  const name = session.at("sessionName").absent ? defaultName(owner) : readToken(session.at("sessionName"));
  const lifetimeMs = readDuration(session.at("absoluteTimeout"));
  reportLifetime(session, type, lifetimeMs);
  if (type === "Header" && backends > 1) {
    const message = `a header keeps a session at a replica, but not at one of ${backends} backends`;
    session.at("type").report(message, "use type: Cookie, or give the rule one backend");
  }
  if (type === undefined || name === undefined) return undefined;
  return { kind: type === "Cookie" ? "cookie" : "header", name, lifetimeMs };
}

/** Names in cookies are seen by clients: they tell nothing of the cluster. */
function defaultName(owner: string): string {
  return `session-${hash("sha256", owner).slice(0, 10)}`;
}

function reportLifetime(session: Field, type: string | undefined, lifetimeMs: number | undefined): void {
  const cookie = session.at("cookieConfig");
  if (type === "Header") {
    if (!cookie.absent) cookie.report("a session by header has no cookie", "remove cookieConfig, or type: Header");
    if (lifetimeMs === undefined) return;
    session.at("absoluteTimeout").report("a session by header has no end", "remove it, or use type: Cookie");
    return;
  }
  hasOnly(cookie, ["lifetimeType"]);
  const permanent = cookie.at("lifetimeType").oneOf(["Permanent", "Session"]) === "Permanent";
  if (permanent && lifetimeMs === undefined) {
    session.report("a permanent cookie has no lifetime", "write absoluteTimeout");
  }
}
