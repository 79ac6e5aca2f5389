/**
 * The nearest correct spelling, for hints.
 */

/** Levenshtein distance, given up (returned as `limit + 1`) as soon as it must exceed the limit. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const cost = Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      current.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return limit + 1;
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}

/**
 * The candidate with the smallest edit distance, if it is near enough to be what was meant: at most `limit` edits, and
 * less than half of the word.
 */
export function nearestWord(word: string, candidates: readonly string[], limit = 3): string | undefined {
  const bound = Math.min(limit, Math.floor((word.length - 1) / 2));
  let nearest: string | undefined;
  let distance = bound + 1;
  for (const candidate of candidates) {
    const found = editDistance(word, candidate, bound);
    if (found < distance) {
      distance = found;
      nearest = candidate;
    }
  }
  return nearest;
}
