/**
 * The certificate a source stands by right now, and those who want to hear of the next one.
 */
import type { Clock } from "../clock.ts";
import type { ServingCertificate } from "./certificate-source.ts";
import { isValidAt } from "./certificate-source.ts";

export class CurrentCertificate {
  readonly #clock: Clock;
  readonly #listeners = new Set<(certificate: ServingCertificate) => void>();
  #current: ServingCertificate | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(): ServingCertificate | undefined {
    return this.#current;
  }

  isHealthy(): boolean {
    return isValidAt(this.#current, this.#clock.now());
  }

  /** Takes a certificate and tells the listeners, unless nothing changed. */
  set(next: ServingCertificate): void {
    const { certificate, key, caBundle } = this.#current ?? {};
    if (next.certificate === certificate && next.key === key && next.caBundle === caBundle) return;
    this.#current = next;
    for (const listener of this.#listeners) listener(next);
  }

  onChange(listener: (certificate: ServingCertificate) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
