/**
 * A run of the conformance suite as a part of a page, in Markdown.
 */
import { renderTable } from "../bench/table.ts";
import { countsIn } from "./report.ts";
import type { ConformanceReport, ProfileReport, RecordedRun, SupportLevel } from "./report.ts";
import type { TestResult } from "./results.ts";

/** The numbers of the report, and a table of all tests, also of those that the report does not count. */
export function renderRun(report: ConformanceReport, { successes, tests }: RecordedRun): string {
  const { gatewayAPIVersion, gatewayAPIChannel, implementation, profiles, date } = report;
  const passed = tests.filter(({ result }) => result === "passed").length;
  return [
    `Outrigger ${implementation.version}, Gateway API ${gatewayAPIVersion} (${gatewayAPIChannel} channel), ${date.slice(0, 10)}: ${passed} of ${tests.length} tests passed; ${successes} right answers in a row were asked for, where the suite's default is 3.`,
    renderTable(
      [
        "profile",
        "core: passed",
        "failed",
        "skipped",
        "extended: passed",
        "failed",
        "skipped",
        "features not supported",
      ],
      profiles.map(profileRow),
    ),
    renderTable(
      ["test", "result", "seconds", "counted in", "features"],
      tests.map((test) => testRow(test, profiles)),
    ),
  ].join("\n\n");
}

function profileRow({ name, core, extended }: ProfileReport): readonly string[] {
  const unsupported = extended?.unsupportedFeatures ?? [];
  return [name, ...numbers(core), ...numbers(extended), unsupported.join(", ") || "none"];
}

/** An extended level without any test has no numbers. */
function numbers(level: SupportLevel | undefined): readonly string[] {
  const { Passed, Failed, Skipped } = level?.statistics ?? { Passed: 0, Failed: 0, Skipped: 0 };
  return [Passed, Failed, Skipped].map(String);
}

function testRow(test: TestResult, profiles: readonly ProfileReport[]): readonly string[] {
  const counting = profiles.filter((profile) => countsIn(profile, test)).map(({ name }) => name);
  return [test.test, test.result, test.seconds.toFixed(1), counting.join(", ") || "neither", test.features.join(", ")];
}
