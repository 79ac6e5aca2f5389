/** How messages quote what a person wrote. */

/** Enough to recognise a value; what follows it in the message, how to fix it, must not be crowded out. */
const longest = 64;

/** The text in quotes, with white space and control characters escaped, and cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
