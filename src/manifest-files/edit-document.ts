/**
 * Turns the change of a document's value into edits of its text.
 *
 * The parsed YAML is walked along with the value before and after, as `injection/json-patch.ts` walks two values: only
 * what differs is edited, so comments, order, quoting, line breaks and spacing elsewhere stay as they were written.
 * Where a collection cannot be edited entry by entry, it is written anew as a whole.
 */
import { isAlias, isMap, isSeq, visit } from "yaml";
import type { Node } from "yaml";
import { isJsonObject } from "../json-value.ts";
import { editBlockMap } from "./edit-block.ts";
import type { EditedDocument } from "./edited-document.ts";
import { editFlowMap } from "./edit-flow.ts";
import { editSequence } from "./edit-sequence.ts";
import { renderDocument, renderFlow, renderItemValue, renderPairValue } from "./render-yaml.ts";
import { isSameValue } from "./same-value.ts";
import { lineEnd, lineStart, startsLine } from "./text-edit.ts";
import type { TextEdit } from "./text-edit.ts";
import type { Slot } from "./yaml-slot.ts";

/** Edits that turn the value in a slot into another; none where the two are equal. */
export function editValue(document: EditedDocument, slot: Slot, before: unknown, after: unknown): readonly TextEdit[] {
  if (isSameValue(before, after)) return [];
  const { node } = slot;
  noteAnchor(document, node);
  const edits = isAlias(node) ? undefined : editInside(document, node, before, after);
  return edits ?? [replaceValue(document, slot, after)];
}

/** Writes a value into a slot anew. */
export function replaceValue(document: EditedDocument, slot: Slot, value: unknown): TextEdit {
  const { text, style } = document;
  if (slot.node)
    visit(slot.node, {
      Node: (_, node) => {
        noteAnchor(document, node);
      },
    });
  // A block scalar's slot ends with its line break, which is not rendered.
  const to = slot.from + text.slice(slot.from, slot.to).replace(/\r?\n$/, "").length;
  switch (slot.holder) {
    case "document":
      return { from: slot.from, to, text: renderDocument(value, style) };
    case "flow":
      return {
        from: slot.from,
        to,
        text: leadingSpace(document, slot) + renderFlow(value, style, ownMargin(document, slot)),
      };
    case "map":
      return keepComment(text, { from: slot.from, to, text: renderPairValue(value, slot.column, style) });
    case "sequence":
      return keepComment(text, { from: slot.from, to, text: renderItemValue(value, slot.column, style) });
  }
}

/** Edits within a collection; undefined where it must be written anew. */
function editInside(
  document: EditedDocument,
  node: Node | undefined,
  before: unknown,
  after: unknown,
): readonly TextEdit[] | undefined {
  if (isMap(node) && isJsonObject(before) && isJsonObject(after)) {
    return (node.flow === true ? editFlowMap : editBlockMap)(document, node, before, after, editValue);
  }
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) {
    return editSequence(document, node, before, after, editValue);
  }
  return undefined;
}

/** A comment behind the old value stays behind the first line of the new one. */
function keepComment(text: string, edit: TextEdit): TextEdit {
  const firstBreak = edit.text.indexOf("\n");
  const comment = /^[ \t]+#.*?(?=\r?$)/m.exec(text.slice(edit.to, lineEnd(text, edit.to)));
  if (firstBreak === -1 || comment?.index !== 0) return edit;
  const [kept] = comment;
  return {
    ...edit,
    to: edit.to + kept.length,
    text: edit.text.slice(0, firstBreak) + kept + edit.text.slice(firstBreak),
  };
}

/** In `{ key: value }` the slot begins behind the colon, in `[value]` with the value. */
function leadingSpace({ text, style }: EditedDocument, { from }: Slot): string {
  return text[from - 1] === ":" ? style.flowSpace : "";
}

/** What stands before an entry that begins a line: its value may take several lines too. */
function ownMargin({ text }: EditedDocument, { from, column }: Slot): string | undefined {
  const start = lineStart(text, from);
  return startsLine(text, start + column) ? text.slice(start, start + column) : undefined;
}

function noteAnchor({ referredAnchors, editedAnchors }: EditedDocument, node: unknown): void {
  const anchor = (node as { readonly anchor?: string } | undefined)?.anchor;
  if (anchor !== undefined && referredAnchors.has(anchor)) editedAnchors.add(anchor);
}
