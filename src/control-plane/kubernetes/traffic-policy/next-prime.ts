/** Prime numbers, for tables that need to have as many entries. */

/** The smallest prime number that is not smaller than a whole number of at least 2. */
export function nextPrime(from: number): number {
  let candidate = from;
  while (!isPrime(candidate)) candidate += 1;
  return candidate;
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false;
  return true;
}
