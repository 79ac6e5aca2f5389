/**
 * The result of a diagnosis as people and as scripts read it. Pure.
 */
import type { Check } from "./check.ts";
import { worst } from "./check.ts";

const marks = { ok: "[ok]     ", warning: "[warning]", error: "[error]  " } as const;
const indent = " ".repeat(marks.ok.length + 3);

/** More lines of details than these help nobody at a terminal; `-o json` has all. */
const mostDetails = 12;

function renderDetails(details: readonly string[]): readonly string[] {
  const shown = details.slice(0, mostDetails).map((line) => `${indent}- ${line}`);
  const hidden = details.length - shown.length;
  return hidden > 0 ? [...shown, `${indent}… and ${hidden} more (-o json shows all)`] : shown;
}

function renderCheck({ status, message, details, fix }: Check): readonly string[] {
  return [
    `  ${marks[status]} ${message}`,
    ...renderDetails(details),
    ...(fix === undefined ? [] : [`${indent}to fix: ${fix}`]),
  ];
}

function summarise(checks: readonly Check[]): string {
  const count = (status: Check["status"]): number => checks.filter((check) => check.status === status).length;
  const counted = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
  const [warnings, errors] = [counted(count("warning"), "warning"), counted(count("error"), "error")];
  return `${counted(checks.length, "check")}: ${count("ok")} ok, ${warnings}, ${errors}`;
}

/** For a terminal: groups in the order of the checks. */
export function renderReport(checks: readonly Check[]): string {
  const groups = [...new Set(checks.map(({ group }) => group))];
  const blocks = groups.map((group) => [
    group,
    ...checks.filter((check) => check.group === group).flatMap(renderCheck),
  ]);
  return [...blocks.map((lines) => `${lines.join("\n")}\n`), `${summarise(checks)}\n`].join("\n");
}

/** For scripts. */
export function reportData(checks: readonly Check[]): object {
  return { result: worst(checks), checks };
}
