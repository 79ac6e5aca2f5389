/**
 * Lets only so many through at the same time; the others wait in the order in which they came.
 */

/** A function that runs others, at most `places` of them at the same time. */
export function createTurnstile(places: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;

  async function enter(): Promise<void> {
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    waiting.push(() => {
      resolve(undefined);
    });
    await promise;
  }

  function leave(): void {
    const next = waiting.shift();
    // A place is handed over, not given back, so that nobody slips in before those who wait.
    if (next === undefined) free += 1;
    else next();
  }

  return async (run) => {
    await enter();
    try {
      return await run();
    } finally {
      leave();
    }
  };
}
