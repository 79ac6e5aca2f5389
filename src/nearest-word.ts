/**
 * The known word that a mistyped one most likely means, so that a message can say "did you mean …".
 */

/**
 * Edit distance in which a swap of neighbours counts once, as typing errors do. Source: optimal string alignment,
 * Damerau 1964.
 */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const candidates = [
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        ...(swapped && row > 1 && column > 1 ? [(beforeLast[column - 2] ?? 0) + 1] : []),
      ];
      current.push(Math.min(...candidates));
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}

/** Longer words are compared no further: no known word is that long, and the cost grows with the product of the lengths. */
const longest = 128;

/**
 * The candidate nearest to the word, letter case ignored; undefined where none is near enough to be what was meant (at
 * most a third of the letters wrong, and at most `limit`). Of several equally near, the first.
 */
export function nearestWord(word: string, candidates: readonly string[], limit = 3): string | undefined {
  if (word.length > longest) return undefined;
  const tolerance = Math.min(limit, Math.max(1, Math.floor(word.length / 3)));
  let nearest: string | undefined;
  let nearestDistance = tolerance + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}
