import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { memoize } from "../../src/bounded-memo.ts";

/** A memoized function, and what it was really asked. */
function counted(capacity: number): { readonly ask: (input: string) => object; readonly made: readonly string[] } {
  const made: string[] = [];
  const make = (input: string): object => {
    made.push(input);
    return { input };
  };
  return { ask: memoize(make, (input) => input, capacity), made };
}

suite("a memo", () => {
  test("gives the very same object for the same input", () => {
    const { ask, made } = counted(2);
    assert.equal(ask("a"), ask("a"));
    assert.deepEqual(made, ["a"]);
  });

  test("forgets what was used longest ago, and only that", () => {
    const { ask, made } = counted(2);
    for (const input of ["a", "b", "a", "c", "a", "b"]) ask(input);
    assert.deepEqual(made, ["a", "b", "c", "b"]);
  });

  test("does not keep what has a long key", () => {
    const { ask, made } = counted(2);
    const long = "x".repeat(10_000);
    assert.notEqual(ask(long), ask(long));
    assert.equal(made.length, 2);
  });

  test("remembers undefined, too", () => {
    let calls = 0;
    const ask = memoize(
      () => {
        calls += 1;
        return undefined;
      },
      (input: string) => input,
      1,
    );
    ask("a");
    ask("a");
    assert.equal(calls, 1);
  });
});
