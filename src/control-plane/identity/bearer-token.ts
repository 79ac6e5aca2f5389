/**
 * The token in a stream's headers, and what it says of itself. What it says is believed only after somebody who can check
 * the signature has confirmed the token; before that it spares asking about tokens that cannot be good.
 */
import type { JsonObject } from "../../json-value.ts";
import { isJsonObject } from "../../json-value.ts";
import type { Refusal } from "./authenticator.ts";
import { refused } from "./authenticator.ts";

const bearer = /^Bearer ([\w.~+/=-]+)$/i;

/** The token of an `authorization` header (RFC 6750); undefined where it has none. */
export function readBearerToken(authorization: string | undefined): string | undefined {
  return bearer.exec(authorization ?? "")?.[1];
}

/** Projected tokens are about 1,200 bytes. */
const longestToken = 16_384;

function readClaims(token: string): JsonObject | undefined {
  const parts = token.split(".");
  if (token.length > longestToken || parts.length !== 3) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
    return isJsonObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** What a token says of itself: its expiry, or why it cannot be good. */
export type TokenExpiry =
  { readonly ok: true; readonly expiresAt: number } | { readonly ok: false; readonly refusal: Refusal };

/**
 * Reads the expiry (milliseconds since the epoch) of a service-account token for this audience (RFC 7519).
 *
 * @param now milliseconds since the epoch
 */
export function readExpiry(token: string, audience: string, now: number): TokenExpiry {
  const claims = readClaims(token);
  const expiry = claims?.["exp"];
  if (claims === undefined || typeof expiry !== "number") {
    return refused("malformed-token", "the token is no service-account token with an expiry; project one into the pod");
  }
  const audiences: readonly unknown[] = [claims["aud"]].flat();
  if (!audiences.includes(audience)) {
    return refused("wrong-audience", `the token is for another audience; project one for ${audience}`);
  }
  const expiresAt = expiry * 1_000;
  if (expiresAt <= now) {
    return refused("expired-token", "the token has expired; the kubelet renews the file in the pod's projected volume");
  }
  return { ok: true, expiresAt };
}
