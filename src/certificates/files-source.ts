/**
 * Certificates from files that somebody else renews, for example cert-manager.
 *
 * New files are taken when they are good: a bad one keeps the last good one, and is reported. Where the API server does
 * not trust the new certificate yet, its CA goes into the bundle first, and the certificate is served once the live
 * configurations have trusted it for a while: a new CA costs no call either.
 */
import type { Clock } from "../clock.ts";
import { createLoggedLoop } from "../kubernetes/logged-loop.ts";
import type { Log } from "../observability/logger.ts";
import { readCertificateFiles } from "./certificate-files.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import type { CertificateObserver, CertificateSource, ServingCertificate } from "./certificate-source.ts";
import { isValidAt } from "./certificate-source.ts";
import { CurrentCertificate } from "./current-certificate.ts";
import { watchFolder } from "./folder-watch.ts";
import { formatBundle, parseCertificates } from "./pem.ts";

export interface FilesOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly observer: CertificateObserver;
  readonly policy: Pick<CertificatePolicy, "settleMs">;
  /** What the live webhook configurations trust; left out, new files are served at once. */
  readonly live?: {
    trusts(chain: string): boolean;
    onChange(listener: () => void): () => void;
  };
}

/** The file system may keep changes to itself, so the files are read this often anyway. */
const pollMs = 10_000;

/** A source that follows the files of a folder: `tls.crt`, `tls.key` and, unless the CA is public, `ca.crt`. */
export function createFilesSource(options: FilesOptions): CertificateSource & { idle(): Promise<void> } {
  const { folder, clock, random, log, observer, live } = options;
  const messages = { failed: "certificate files not usable", recovered: "certificate files usable again" };
  const current = new CurrentCertificate(clock);
  const adoption = new Adoption(options);

  async function follow(): Promise<number> {
    hints.ensure();
    const files = await readCertificateFiles(folder, clock.now());
    const before = current.get();
    const next = adoption.next(before, files);
    current.set(next);
    if (next.certificate !== before?.certificate) {
      observer.renewed("serving", next.notAfter);
      log.info({ folder, notAfter: new Date(next.notAfter) }, "webhook serving certificate read");
    }
    return Math.min(pollMs, adoption.reviewIn());
  }

  const loop = createLoggedLoop({
    run: follow,
    clock,
    random,
    log,
    messages,
    fields: { folder },
    onFailure: () => {
      observer.failed("files");
    },
  });
  const hints = watchFolder(folder, loop.ring);
  let stopListening = (): void => undefined;
  return {
    start: async () => {
      stopListening = live?.onChange(loop.ring) ?? stopListening;
      loop.ring();
      await loop.idle();
    },
    current: () => current.get(),
    healthy: () => current.isHealthy(),
    onChange: (listener) => current.onChange(listener),
    stop: () => {
      stopListening();
      hints.stop();
      loop.stop();
    },
    idle: loop.idle,
  };
}

/** Decides when new files take the place of what is served. */
class Adoption {
  readonly #options: Pick<FilesOptions, "clock" | "policy" | "live">;
  /** The certificate that waits, and since when the API server would accept it. */
  #waiting: { readonly certificate: string; readonly trustedAt: number | undefined } | undefined;

  constructor(options: Pick<FilesOptions, "clock" | "policy" | "live">) {
    this.#options = options;
  }

  next(before: ServingCertificate | undefined, files: ServingCertificate): ServingCertificate {
    if (before === undefined || before.certificate === files.certificate || !this.#mustWait(before, files)) {
      this.#waiting = undefined;
      return files;
    }
    const caBundle = formatBundle([...parseCertificates(files.caBundle), ...parseCertificates(before.caBundle)]);
    return { ...before, caBundle };
  }

  /** In how many milliseconds the wait may be over. */
  reviewIn(): number {
    const { clock, policy } = this.#options;
    const trustedAt = this.#waiting?.trustedAt;
    return trustedAt === undefined ? Infinity : Math.max(0, trustedAt + policy.settleMs - clock.now());
  }

  #mustWait(before: ServingCertificate, files: ServingCertificate): boolean {
    const { clock, live } = this.#options;
    if (live === undefined || !isValidAt(before, clock.now()) || !live.trusts(before.certificate)) return false;
    const known = this.#waiting?.certificate === files.certificate ? this.#waiting.trustedAt : undefined;
    const trustedAt = live.trusts(files.certificate) ? (known ?? clock.now()) : undefined;
    this.#waiting = { certificate: files.certificate, trustedAt };
    return this.reviewIn() > 0;
  }
}
