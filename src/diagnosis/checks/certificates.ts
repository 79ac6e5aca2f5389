/**
 * How long the webhook's certificates last. Pure.
 */
import { parseCertificates, validityOf } from "../../certificates/pem.ts";
import { readBundles } from "../../certificates/webhook-configuration.ts";
import type { WebhookConfiguration } from "../../certificates/webhook-configuration.ts";
import type { Attempt } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";

const group = "webhook";
const authority = { group, name: "ca-lifetime" };
const serving = { group, name: "serving-certificate" };

const hour = 3_600_000;
const day = 24 * hour;

/** A CA that lives a year is renewed with four months left; this little means that the renewal failed for long. */
const leastAuthorityDays = 30;
/** A certificate that lives a day is renewed with eight hours left. */
const leastServingHours = 4;

/** One replica's serving certificate. */
export interface ReplicaCertificate {
  readonly pod: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: Attempt<number>;
}

const fix =
  "see the injector's log for what keeps it from renewing: its right to its Secret, the API server, the clock";

/** How long the CA lives that every entry trusts: the newest of a bundle counts, since older ones are on their way out. */
export function checkAuthorityLifetime(configurations: readonly WebhookConfiguration[], now: number): readonly Check[] {
  const ends = configurations
    .flatMap(readBundles)
    .map((bundle) => Math.max(...parseCertificates(bundle).map((certificate) => validityOf(certificate).notAfter)));
  const end = Math.min(...ends);
  // An entry without any CA is what another check is about.
  if (!Number.isFinite(end)) return [];
  const days = Math.floor((end - now) / day);
  if (end <= now) return [failure(authority, "the CA that the webhook configurations trust has expired", fix)];
  const message = `the CA that the webhook configurations trust is valid for ${days} more days`;
  return [days < leastAuthorityDays ? warning(authority, message, fix) : ok(authority, message)];
}

/** How long what each replica serves with is valid, as far as the replicas could be asked. */
export function checkServingCertificates(certificates: readonly ReplicaCertificate[], now: number): readonly Check[] {
  const lines = certificates.flatMap(({ pod, notAfter }) =>
    notAfter.state === "known" ? [{ pod, hours: Math.floor((notAfter.value - now) / hour) }] : [],
  );
  if (lines.length === 0) return [];
  const shortest = Math.min(...lines.map(({ hours }) => hours));
  const details = lines.map(({ pod, hours }) => `${pod}: ${hours} h left`);
  if (shortest < 0) return [failure(serving, "a replica serves with a certificate that has expired", fix, details)];
  const message = `the serving certificates are valid for at least ${shortest} more hours`;
  return [shortest < leastServingHours ? warning(serving, message, fix, details) : ok(serving, message)];
}

const series =
  /^outrigger_certificate_expiry_timestamp_seconds\{[^}]*certificate="serving"[^}]*\}\s+(?<seconds>[0-9.e+]+)/m;

/** When a replica's certificate expires (milliseconds since the epoch), from its metrics. */
export function readExpiry(metrics: string): number | undefined {
  const seconds = Number(series.exec(metrics)?.groups?.["seconds"]);
  return Number.isNaN(seconds) ? undefined : seconds * 1_000;
}
