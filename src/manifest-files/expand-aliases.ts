/**
 * Writes out aliases in full, so that the anchor's value can be edited without changing theirs. Other anchors and
 * aliases stay.
 */
import { isAlias, isMap, isSeq, visit } from "yaml";
import type { Document } from "yaml";
import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { replaceValue } from "./edit-document.ts";
import type { EditedDocument } from "./edited-document.ts";
import { renderFlowPair, renderPair } from "./render-yaml.ts";
import type { TextEdit } from "./text-edit.ts";
import { documentSlot, mapEntries, mergeKey, sequenceEntries } from "./yaml-slot.ts";
import type { Entry, Slot } from "./yaml-slot.ts";

/** The anchors that aliases of a document refer to. */
export function referredAnchors(document: Document): ReadonlySet<string> {
  const anchors = new Set<string>();
  visit(document, {
    Alias: (_, { source }) => {
      anchors.add(source);
    },
  });
  return anchors;
}

/** Edits that put the values of the named anchors in place of their aliases. */
export function expandAliases(
  edited: EditedDocument,
  document: Document,
  anchors: ReadonlySet<string>,
): readonly TextEdit[] {
  const valueOf = (node: unknown): unknown =>
    isAlias(node) && anchors.has(node.source) ? node.resolve(document)?.toJS(document) : undefined;
  return document.contents === null ? [] : expandIn(edited, documentSlot(document.contents), valueOf);
}

/** The value of an alias that is to be expanded; undefined for any other node. */
type ValueOf = (node: unknown) => unknown;

function expandIn(edited: EditedDocument, slot: Slot, valueOf: ValueOf): readonly TextEdit[] {
  const { node } = slot;
  const value = valueOf(node);
  if (value !== undefined) return [replaceValue(edited, slot, value)];
  if (isSeq(node)) {
    const entries = sequenceEntries(node, edited.text) ?? [];
    return entries.flatMap((entry) => expandIn(edited, entry.slot, valueOf));
  }
  const entries = isMap(node) ? (mapEntries(node, edited.text) ?? []) : [];
  return entries.flatMap((entry) => {
    const merged = entry.key === mergeKey ? valueOf(entry.slot.node) : undefined;
    return isJsonObject(merged) ? expandMerge(edited, entry, entries, merged) : expandIn(edited, entry.slot, valueOf);
  });
}

/** Puts the pairs that a merge brings in place of it, except those that the map itself overrides. */
function expandMerge(
  { style }: EditedDocument,
  { start, slot }: Entry,
  entries: readonly Entry[],
  merged: JsonObject,
): readonly TextEdit[] {
  const own = new Set(entries.map(({ key }) => key));
  const pairs = Object.entries(merged).filter(([key]) => !own.has(key));
  if (pairs.length === 0) return [{ from: slot.from, to: slot.to, text: " {}" }];
  const text =
    slot.holder === "flow"
      ? pairs.map(([key, value]) => renderFlowPair(key, value, style)).join(", ")
      : pairs
          .map(([key, value]) => renderPair(key, value, slot.column, style))
          .join("")
          .slice(slot.column, -1);
  return [{ from: start, to: slot.to, text }];
}
