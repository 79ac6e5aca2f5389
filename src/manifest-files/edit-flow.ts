/** Edits of maps and sequences in flow style, `{ a: 1 }` and `[a, b]`, which JSON consists of. */
import type { YAMLMap } from "yaml";
import { itemsThatStay } from "../injection/named-list-patch.ts";
import type { NamedItem } from "../injection/named-list-patch.ts";
import type { JsonObject } from "../json-value.ts";
import type { EditedDocument, EditValue } from "./edited-document.ts";
import { renderFlow, renderFlowPair } from "./render-yaml.ts";
import { isSameValue } from "./same-value.ts";
import { lineStart, startsLine } from "./text-edit.ts";
import type { TextEdit } from "./text-edit.ts";
import { mapEntries, mergeKey } from "./yaml-slot.ts";
import type { Entry } from "./yaml-slot.ts";

/** Edits of a flow map; undefined where it must be written anew. New keys come last. */
export function editFlowMap(
  document: EditedDocument,
  map: YAMLMap,
  before: JsonObject,
  after: JsonObject,
  editValue: EditValue,
): readonly TextEdit[] | undefined {
  const entries = mapEntries(map, document.text);
  if (entries === undefined) return undefined;
  const own = new Set(entries.map(({ key }) => key));
  // What comes from a merge (<<) can be overridden by a key of the map's own, but not taken out.
  if (Object.keys(before).some((key) => !own.has(key) && after[key] === undefined)) return undefined;
  const kept = entries.map(({ key }) => key === mergeKey || after[key] !== undefined);
  const added = Object.keys(after).filter((key) => !own.has(key) && !isSameValue(before[key], after[key]));

  const edits = entries.flatMap(({ key, slot }, index) =>
    kept[index] === true && key !== mergeKey ? editValue(document, slot, before[key], after[key]) : [],
  );
  const removals = removeEntries(entries, kept);
  const pairs = added.map((key) => renderFlowPair(key, after[key], document.style, margin(document, entries)));
  if (removals === undefined) return undefined;
  return [...edits, ...removals, ...appendEntries(document, entries, pairs)];
}

/** Edits of a flow sequence of named items; undefined where it must be written anew. */
export function editFlowItems(
  document: EditedDocument,
  entries: readonly Entry[],
  before: readonly NamedItem[],
  after: readonly unknown[],
  editValue: EditValue,
): readonly TextEdit[] | undefined {
  const items = after as readonly NamedItem[];
  const staying = itemsThatStay(before, items);
  const removals = removeEntries(
    entries,
    before.map(({ name }) => staying.has(name)),
  );
  if (removals === undefined) return undefined;

  const places = new Map(before.map(({ name }, index) => [name, index]));
  const edits: TextEdit[] = [...removals];
  let waiting: string[] = [];
  for (const item of items) {
    const index = staying.has(item.name) ? (places.get(item.name) ?? -1) : -1;
    const entry = entries[index];
    if (entry === undefined) {
      waiting.push(renderFlow(item, document.style, margin(document, entries)));
      continue;
    }
    const inserted = waiting.map((text) => text + separator(document, entries)).join("");
    if (inserted !== "") edits.push({ from: entry.start, to: entry.start, text: inserted });
    waiting = [];
    edits.push(...editValue(document, entry.slot, before[index], item));
  }
  return [...edits, ...appendEntries(document, entries, waiting)];
}

/** Puts entries in behind the last one; there must be one. */
function appendEntries(
  document: EditedDocument,
  entries: readonly Entry[],
  added: readonly string[],
): readonly TextEdit[] {
  const end = entries.at(-1)?.slot.to ?? 0;
  return added.map((text) => ({ from: end, to: end, text: separator(document, entries) + text }));
}

/** Takes entries out, each with one comma; undefined where none would be left. */
function removeEntries(entries: readonly Entry[], kept: readonly boolean[]): readonly TextEdit[] | undefined {
  const lastKept = kept.lastIndexOf(true);
  const end = entries[lastKept]?.slot.to;
  if (end === undefined) return undefined;
  const edits: TextEdit[] = [];
  for (const [index, { start }] of entries.entries()) {
    const next = entries[index + 1];
    if (kept[index] === false && index < lastKept && next) edits.push({ from: start, to: next.start, text: "" });
  }
  const last = entries.at(-1)?.slot.to ?? end;
  return last === end ? edits : [...edits, { from: end, to: last, text: "" }];
}

/** What stands between two entries: a line break where each has lines of its own. */
function separator(document: EditedDocument, entries: readonly Entry[]): string {
  const ownMargin = margin(document, entries);
  return ownMargin === undefined ? `,${document.style.flowSpace}` : `,\n${ownMargin}`;
}

/** What stands before entries on their lines, where the last begins a line. */
function margin({ text }: EditedDocument, entries: readonly Entry[]): string | undefined {
  const start = entries.at(-1)?.start;
  return start !== undefined && startsLine(text, start) ? text.slice(lineStart(text, start), start) : undefined;
}
