/** Values in the form that Envoy's messages have in JSON. */

/** A duration of so many milliseconds. */
export function milliseconds(count: number): string {
  return `${count / 1000}s`;
}

/** A share of a hundred as a `FractionalPercent`. */
export function fraction(percent: number): Readonly<Record<string, unknown>> {
  return { numerator: Math.round(percent * 10_000), denominator: "MILLION" };
}
