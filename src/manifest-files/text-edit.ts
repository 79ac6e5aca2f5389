/** Changes to a text, each at its place: what no edit covers stays as it is, byte for byte. */

/** Puts `text` in place of what is between two offsets; an insertion where both are the same. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  /** With `\n` as line break, whatever the text itself has. */
  readonly text: string;
}

/**
 * The text with its edits made; undefined where two of them overlap. Insertions at one place are made in the order given.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string | undefined {
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const parts: string[] = [];
  let position = 0;
  for (const edit of edits.toSorted((one, other) => one.from - other.from || one.to - other.to)) {
    if (edit.from < position) return undefined;
    parts.push(text.slice(position, edit.from), edit.text.replaceAll("\n", lineBreak));
    position = edit.to;
  }
  return parts.join("") + text.slice(position);
}

/** The offset at which the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The offset after the line in which something ends at `offset`, which may be its line break already. */
export function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === "\n") return offset;
  const lineBreak = text.indexOf("\n", offset);
  return lineBreak === -1 ? text.length : lineBreak + 1;
}

/** How many characters stand before `offset` on its line, not counting a byte order mark. */
export function columnOf(text: string, offset: number): number {
  return text.slice(lineStart(text, offset), offset).replace(/^\ufeff/, "").length;
}

/** Whether nothing but spaces stands before `offset` on its line. */
export function startsLine(text: string, offset: number): boolean {
  return /^\ufeff?[ \t]*$/.test(text.slice(lineStart(text, offset), offset));
}
