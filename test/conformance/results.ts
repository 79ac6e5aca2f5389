/**
 * What became of each test of the suite, and what is wrong with that.
 */

/** A line of the suite's results. */
export interface TestResult {
  /** The suite's name for it. */
  readonly test: string;
  readonly result: "passed" | "failed" | "skipped";
  readonly seconds: number;
  /** What a mesh must claim to be put to this test. */
  readonly features: readonly string[];
}

export function parseResults(lines: string): readonly TestResult[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as TestResult);
}

/**
 * Why a run does not show what is claimed: a test that failed, or one of claimed features that was skipped. None if all is well.
 *
 * @param only the one test that the run was told to run
 */
export function findShortfalls(
  results: readonly TestResult[],
  claimed: readonly string[],
  only: string | undefined,
): string[] {
  const expected = results.filter(({ test }) => only === undefined || test === only);
  if (expected.length === 0) return [`there is no result of ${only ?? "any test"}`];
  return expected.flatMap(({ test, result, features }) => {
    const unclaimed = features.filter((feature) => !claimed.includes(feature));
    if (result === "skipped" && unclaimed.length === 0) return [`${test} was skipped`];
    return result === "failed" ? [`${test} failed`] : [];
  });
}
