/** Edits of sequences, in block and in flow style: items are told by their names, or else by their places. */
import type { YAMLSeq } from "yaml";
import { areNamedLists } from "../injection/named-list-patch.ts";
import { editBlockItems } from "./edit-block.ts";
import { editFlowItems } from "./edit-flow.ts";
import type { EditedDocument, EditValue } from "./edited-document.ts";
import type { TextEdit } from "./text-edit.ts";
import { sequenceEntries } from "./yaml-slot.ts";

/** Edits of a sequence; undefined where it must be written anew. */
export function editSequence(
  document: EditedDocument,
  sequence: YAMLSeq,
  before: readonly unknown[],
  after: readonly unknown[],
  editValue: EditValue,
): readonly TextEdit[] | undefined {
  const entries = sequenceEntries(sequence, document.text);
  if (entries === undefined) return undefined;
  if (areNamedLists(before, after)) {
    return (sequence.flow === true ? editFlowItems : editBlockItems)(document, entries, before, after, editValue);
  }
  if (before.length !== after.length) return undefined;
  return entries.flatMap(({ slot }, index) => editValue(document, slot, before[index], after[index]));
}
