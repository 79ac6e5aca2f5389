/** Edits of maps and sequences in block style: entries are whole lines, put in, taken out, or edited in place. */
import type { YAMLMap } from "yaml";
import { itemsThatStay } from "../injection/named-list-patch.ts";
import type { NamedItem } from "../injection/named-list-patch.ts";
import type { JsonObject } from "../json-value.ts";
import type { EditedDocument, EditValue } from "./edited-document.ts";
import { renderItem, renderPair } from "./render-yaml.ts";
import { isSameValue } from "./same-value.ts";
import { lineEnd, lineStart, startsLine } from "./text-edit.ts";
import type { TextEdit } from "./text-edit.ts";
import { mapEntries, mergeKey } from "./yaml-slot.ts";
import type { Entry } from "./yaml-slot.ts";

/** Edits of a block map; undefined where it must be written anew. New keys come last. */
export function editBlockMap(
  document: EditedDocument,
  map: YAMLMap,
  before: JsonObject,
  after: JsonObject,
  editValue: EditValue,
): readonly TextEdit[] | undefined {
  const { text, style } = document;
  const entries = mapEntries(map, text)?.filter(({ key }) => key !== mergeKey);
  const last = entries?.at(-1);
  if (entries === undefined || last === undefined) return undefined;
  const staying = entries.filter(({ key }) => after[key] !== undefined);
  const own = new Set(entries.map(({ key }) => key));
  const merged = Object.keys(before).filter((key) => !own.has(key));
  // What comes from a merge (<<) can be overridden by a key of the map's own, but not taken out.
  if (staying.length === 0 || merged.some((key) => after[key] === undefined)) return undefined;

  const edits: TextEdit[] = [];
  for (const [index, entry] of entries.entries()) {
    if (staying.includes(entry)) {
      edits.push(...editValue(document, entry.slot, before[entry.key], after[entry.key]));
      continue;
    }
    const next = entries[index + 1];
    const removal = removePair(text, entry, next && staying.includes(next) ? next : undefined);
    if (removal === undefined) return undefined;
    edits.push(removal);
  }
  const added = Object.keys(after).filter((key) => !own.has(key) && !isSameValue(before[key], after[key]));
  if (added.length === 0) return edits;
  const lines = added.map((key) => renderPair(key, after[key], last.slot.column, style)).join("");
  return [...edits, insertLines(text, belowComments(text, last.slot.to, last.slot.column), lines)];
}

/** Edits of a block sequence of named items; undefined where it must be written anew. */
export function editBlockItems(
  document: EditedDocument,
  entries: readonly Entry[],
  before: readonly NamedItem[],
  after: readonly unknown[],
  editValue: EditValue,
): readonly TextEdit[] | undefined {
  const { text, style } = document;
  const items = after as readonly NamedItem[];
  const staying = itemsThatStay(before, items);
  if (staying.size === 0 || entries.some(({ start }) => !startsLine(text, start))) return undefined;

  const edits = entries
    .filter((_, index) => !staying.has(before[index]?.name ?? ""))
    .map(({ start, slot }) => removeLines(text, start, slot.to));
  const places = new Map(before.map(({ name }, index) => [name, index]));
  let waiting = "";
  let end = 0;
  for (const item of items) {
    const index = staying.has(item.name) ? (places.get(item.name) ?? -1) : -1;
    const entry = entries[index];
    if (entry === undefined) {
      waiting += renderItem(item, entries[0]?.slot.column ?? 0, style);
      continue;
    }
    const above = lineEnd(text, entries[index - 1]?.slot.to ?? 0);
    if (waiting !== "") edits.push(insertLines(text, aboveComments(text, entry.start, above), waiting));
    waiting = "";
    end = belowComments(text, entry.slot.to, entry.slot.column + 1);
    edits.push(...editValue(document, entry.slot, before[index], item));
  }
  return waiting === "" ? edits : [...edits, insertLines(text, end, waiting)];
}

/** Takes out a pair; one that shares its line with a dash hands its place over to the next, if there is one. */
function removePair(text: string, { start, slot }: Entry, next: Entry | undefined): TextEdit | undefined {
  if (startsLine(text, start)) return removeLines(text, start, slot.to);
  return next && { from: start, to: next.start, text: "" };
}

function removeLines(text: string, start: number, end: number): TextEdit {
  return { from: lineStart(text, start), to: lineEnd(text, end), text: "" };
}

/** Puts whole lines in at the beginning of a line, or at the end of a text whose last line has no line break. */
function insertLines(text: string, offset: number, lines: string): TextEdit {
  const unfinished = offset === text.length && offset > 0 && text[offset - 1] !== "\n";
  return { from: offset, to: offset, text: unfinished ? `\n${lines.slice(0, -1)}` : lines };
}

/** The beginning of the line of `start`, or of the comment right above it, which belongs to it; not before `limit`. */
function aboveComments(text: string, start: number, limit: number): number {
  let offset = lineStart(text, start);
  while (offset > limit && /^[ \t]*#/.test(text.slice(lineStart(text, offset - 1), offset))) {
    offset = lineStart(text, offset - 1);
  }
  return Math.max(offset, limit);
}

/** The end of the line of `end`, or of the comment right below it that is indented at least to `column`. */
function belowComments(text: string, end: number, column: number): number {
  let offset = lineEnd(text, end);
  const comment = new RegExp(`^[ ]{${column},}#`);
  while (offset < text.length && comment.test(text.slice(offset, lineEnd(text, offset + 1)))) {
    offset = lineEnd(text, offset + 1);
  }
  return offset;
}
