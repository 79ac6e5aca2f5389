/**
 * Bounds text that comes from an unvalidated object before it goes into a message, a log line or an Event.
 */

/** A name of a Kubernetes object: at most 253 characters where it is valid, which nothing has checked yet. */
export function boundedName(text: string): string {
  return boundedText(text, 253);
}

/**
 * The text, cut to `limit` characters (Unicode code points) with an ellipsis as the last one. Half of a surrogate pair
 * becomes U+FFFD: it has no place in UTF-8.
 */
export function boundedText(text: string, limit: number): string {
  // A string never has more code points than UTF-16 units, so that nearly every text ends here.
  if (text.length <= limit) return text.toWellFormed();
  const points = Array.from(text.slice(0, 2 * limit + 2).toWellFormed());
  return points.length <= limit && text.length <= 2 * limit + 2
    ? points.join("")
    : `${points.slice(0, limit - 1).join("")}…`;
}
