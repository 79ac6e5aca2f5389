/**
 * Remembers what a pure function made of its last inputs. Pods of one workload are alike, so most of what the injector
 * renders for one pod it has rendered a moment ago for another.
 */

/** Longer keys are not kept: whoever makes many of them must not fill the memory. Ordinary pods need about 1,000. */
const longestKey = 8192;

/**
 * A function that gives the same answers, and the very same object for an input it has seen.
 *
 * @param keyOf text that tells inputs apart: equal keys must mean equal results
 * @param capacity how many results are kept; the one used longest ago goes first
 */
export function memoize<I, O>(make: (input: I) => O, keyOf: (input: I) => string, capacity: number): (input: I) => O {
  const results = new Map<string, { readonly value: O }>();
  return (input) => {
    const key = keyOf(input);
    if (key.length > longestKey) return make(input);
    const known = results.get(key);
    const result = known ?? { value: make(input) };
    // A Map keeps the order of insertion: what is put in again goes to the end.
    if (known !== undefined) results.delete(key);
    else if (results.size >= capacity) {
      const oldest = results.keys().next();
      if (oldest.done !== true) results.delete(oldest.value);
    }
    results.set(key, result);
    return result.value;
  };
}
