/**
 * Whether a command has printed what a page says, where the page counts what chance decides: 48 is as good as 50.
 */

/** Three standard deviations of a hundred draws at even odds, rounded up. */
const tolerance = 15;

const number = /^\d+$/;

/** Words must be the same; a number may be a little off, but what is all or nothing stays so. */
export function isAlike(expected: string, actual: string): boolean {
  const [wanted, found] = [wordsOf(expected), wordsOf(actual)];
  return wanted.length === found.length && wanted.every((word, at) => isAlikeWord(word, found[at] ?? ""));
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function isAlikeWord(wanted: string, found: string): boolean {
  if (!number.test(wanted) || !number.test(found)) return wanted === found;
  const [expected, actual] = [Number(wanted), Number(found)];
  if (expected === 0 || expected === 100) return actual === expected;
  // A tenth is not a half.
  return Math.abs(actual - expected) <= Math.min(tolerance, Math.max(expected, 4));
}
