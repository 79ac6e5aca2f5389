/**
 * Text in columns, as kubectl prints it. Pure.
 */

/** What stands where there is nothing. */
export const none = "-";

/** A text of several lines in one; Envoy ends what it says with a line break. */
export function inOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, "; ");
}

/** One line for each row below its heading; every cell is followed by at least three spaces. */
export function renderColumns(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((cells) => cells.map(inOneLine));
  const widths = headings.map((_heading, column) => Math.max(...lines.map((cells) => (cells[column] ?? "").length)));
  const render = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 3))
      .join("")
      .trimEnd();
  return lines.map((cells) => `${render(cells)}\n`).join("");
}

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

/** How long until then, in its largest unit: `23h`; `expired` where it is over. */
export function timeLeft(until: number, now: number): string {
  const left = until - now;
  if (left <= 0) return "expired";
  if (left >= 2 * dayMs) return `${Math.floor(left / dayMs)}d`;
  return left >= 2 * hourMs ? `${Math.floor(left / hourMs)}h` : `${Math.floor(left / minuteMs)}m`;
}
