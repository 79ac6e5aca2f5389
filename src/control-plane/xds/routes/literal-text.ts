/** Texts of a route that Envoy takes for something else than what they say. */

/** A text in a place where Envoy puts in what stands between percent signs. */
export function literalText(text: string): string {
  return text.replaceAll("%", "%%");
}

/** A text in a regular expression (RE2). */
export function literalPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
