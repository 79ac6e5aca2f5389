/**
 * Tells callers by TokenReview, and remembers what it was told: a thousand proxies that come back at once need no thousand
 * reviews, and one that comes back while the API server is away is known.
 *
 * A remembered answer counts at once while it is fresh; afterwards the API server is asked again, so that a token that was
 * revoked ends (that of a deleted pod ends at once, as the discovery server admits no pod that it knows to be gone), and only where it cannot answer the old answer stands, until the token expires. Tokens are kept as
 * hashes.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { FailureLog } from "../../kubernetes/failure-log.ts";
import { createFailureLog } from "../../kubernetes/failure-log.ts";
import type { Log } from "../../observability/logger.ts";
import type { Authentication, Authenticator, Caller } from "./authenticator.ts";
import { refused } from "./authenticator.ts";
import { readExpiry } from "./bearer-token.ts";
import { createTurnstile } from "./turnstile.ts";
import { reviewToken } from "./token-review.ts";

export interface TokenReviewOptions {
  readonly api: KubernetesApi;
  readonly audience: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings?: Partial<TokenReviewSettings>;
}

export interface TokenReviewSettings {
  /** For how long an answer counts without asking again, in ms. */
  readonly freshMs: number;
  /** How many answers are kept; the one used longest ago goes first. */
  readonly capacity: number;
  /** How many questions the API server gets at the same time. */
  readonly concurrency: number;
}

export const defaultTokenReviewSettings: TokenReviewSettings = { freshMs: 60_000, capacity: 50_000, concurrency: 32 };

interface Known {
  readonly caller: Caller;
  readonly askedAt: number;
}

const messages = { failed: "token review failed", recovered: "token reviews answered again" };

/** Needs `create` on `tokenreviews.authentication.k8s.io`. */
export function createTokenReviewAuthenticator(options: TokenReviewOptions): Authenticator {
  return new TokenReviewAuthenticator(options);
}

class TokenReviewAuthenticator implements Authenticator {
  readonly #options: TokenReviewOptions;
  readonly #settings: TokenReviewSettings;
  readonly #known = new Map<string, Known>();
  /** Two streams of one proxy must not ask twice. */
  readonly #asking = new Map<string, Promise<Authentication>>();
  readonly #turnstile: <T>(run: () => Promise<T>) => Promise<T>;
  readonly #failures: FailureLog;

  constructor(options: TokenReviewOptions) {
    this.#options = options;
    this.#settings = { ...defaultTokenReviewSettings, ...options.settings };
    this.#turnstile = createTurnstile(this.#settings.concurrency);
    this.#failures = createFailureLog(options.log, messages);
  }

  async authenticate(token: string): Promise<Authentication> {
    const { audience, clock } = this.#options;
    const expiry = readExpiry(token, audience, clock.now());
    if (!expiry.ok) return expiry;
    const key = createHash("sha256").update(token).digest("base64");
    const known = this.#recall(key);
    if (known !== undefined && clock.now() - known.askedAt < this.#settings.freshMs) {
      return { ok: true, caller: known.caller };
    }
    const asking = this.#asking.get(key) ?? this.#ask(token, key, expiry.expiresAt, known);
    this.#asking.set(key, asking);
    return await asking;
  }

  async #ask(token: string, key: string, expiresAt: number, known: Known | undefined): Promise<Authentication> {
    const { api, audience, clock } = this.#options;
    try {
      const answer = await this.#turnstile(() => reviewToken(api, token, audience, expiresAt));
      this.#failures.recovered();
      if (answer.ok) this.#remember(key, { caller: answer.caller, askedAt: clock.now() });
      else this.#known.delete(key);
      return answer;
    } catch (error) {
      this.#failures.failed(error);
      if (known !== undefined) return { ok: true, caller: known.caller };
      return refused(
        "unavailable",
        "the API server cannot be asked about the token now; the proxy tries again by itself",
      );
    } finally {
      this.#asking.delete(key);
    }
  }

  #recall(key: string): Known | undefined {
    const known = this.#known.get(key);
    // A Map keeps the order of insertion: what is put in again goes to the end.
    if (known !== undefined) this.#remember(key, known);
    return known;
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    const oldest = this.#known.keys().next();
    if (this.#known.size > this.#settings.capacity && oldest.done !== true) this.#known.delete(oldest.value);
  }
}
