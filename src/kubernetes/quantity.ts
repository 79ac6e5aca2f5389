/**
 * Kubernetes quantities (`50m`, `64Mi`, `1e3`, `0.5`), read exactly: comparing a request with a limit must not depend on
 * floating point. Source: k8s.io/apimachinery/pkg/api/resource, "Quantity".
 */

const form = /^\+?(\d+(?:\.\d*)?|\.\d+)(?:([eE])([+-]?\d{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)$/;

/** Every suffix as a whole number of nanos, the smallest unit there is. */
const nanos: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 10n ** 3n,
  m: 10n ** 6n,
  "": 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: (10n ** 9n) << 10n,
  Mi: (10n ** 9n) << 20n,
  Gi: (10n ** 9n) << 30n,
  Ti: (10n ** 9n) << 40n,
  Pi: (10n ** 9n) << 50n,
  Ei: (10n ** 9n) << 60n,
};

/**
 * A quantity as a whole number of nanos (10⁻⁹), rounded up as Kubernetes does; undefined where the text is none, or is
 * negative, which no resource can be.
 */
export function parseQuantity(text: string): bigint | undefined {
  if (text.length > 64) return undefined;
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, number = "", exponentMark, exponentText, suffix = ""] = match;
  const [whole = "", fraction = ""] = number.split(".");
  const exponent = exponentMark === undefined ? 0 : Number(exponentText);
  const unit = nanos[suffix];
  if (unit === undefined || Math.abs(exponent) > 18) return undefined;
  const digits = BigInt(whole + fraction) * unit * 10n ** BigInt(Math.max(exponent, 0));
  const scale = 10n ** BigInt(fraction.length + Math.max(-exponent, 0));
  return (digits + scale - 1n) / scale;
}
