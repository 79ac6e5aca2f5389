/** Tables in Markdown, aligned, so that the terminal and the README show the same text. */

/** The shortest rule that Markdown formatters leave as it is. */
const minWidth = 3;

/** Renders rows under their headings; numbers stand to the right. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(minWidth, heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const numeric = headings.map((_, column) => rows.every((row) => /^[\d.,]*x?$/.test(row[column] ?? "")));
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const align = (row: readonly string[]): readonly string[] =>
    widths.map((width, column) =>
      numeric[column] === true ? (row[column] ?? "").padStart(width) : (row[column] ?? "").padEnd(width),
    );
  const rule = widths.map((width, column) =>
    numeric[column] === true ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(align(headings)), line(rule), ...rows.map((row) => line(align(row)))].join("\n");
}
