/** As many at the same time as an API server likes. */
const atATime = 16;

/** Does something `count` times, with the numbers from 0; the first failure is thrown. */
export async function aFewAtATime(count: number, action: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await action(next++);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
