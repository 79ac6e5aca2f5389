/**
 * Who opened a stream, told by the token that it brought. How that is found out is an authenticator's own matter: by asking
 * the API server, or by a folder of tokens where there is none.
 */

/** The pod that a token was made for. */
export interface Caller {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly podName: string;
  /** Tells it from others of the same name; undefined where tokens are of names alone. */
  readonly podUid: string | undefined;
  /** Until when the token is good, in milliseconds since the epoch; infinite where it does not expire. */
  readonly expiresAt: number;
}

/** Why a stream was refused: a closed set, the label of a metric. */
export const refusalReasons = [
  "missing-token",
  "malformed-token",
  "wrong-audience",
  "expired-token",
  "invalid-token",
  "unbound-token",
  "invalid-node",
  "foreign-node",
  "unavailable",
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

/** A refusal in the words of gRPC. Holds nothing of the token. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** What is wrong and how to solve it. */
  readonly message: string;
}

export type Authentication =
  { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly refusal: Refusal };

export interface Authenticator {
  /** Never throws: what keeps it from finding out is a refusal too (`unavailable`). */
  authenticate(token: string): Promise<Authentication>;
}

/** An authentication that failed. */
export function refused(reason: RefusalReason, message: string): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { reason, message } };
}
