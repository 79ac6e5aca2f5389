/**
 * Writes a changed value into the source of one YAML document, and makes sure that what was written reads as that value.
 */
import type { Document } from "yaml";
import { detectStyle } from "./document-style.ts";
import { editValue, replaceValue } from "./edit-document.ts";
import type { EditedDocument } from "./edited-document.ts";
import { expandAliases, referredAnchors } from "./expand-aliases.ts";
import { parseYaml } from "./parse-yaml.ts";
import { isSameValue } from "./same-value.ts";
import { applyEdits } from "./text-edit.ts";
import type { TextEdit } from "./text-edit.ts";
import { documentSlot } from "./yaml-slot.ts";

/**
 * The source with as few edits as make it read as `after`; written anew, where edits do not lead there.
 *
 * @param source the text of one document, without the markers around it
 * @returns undefined where even that does not read as `after`, because the source has properties of its own that do not
 */
export function rewriteDocument(source: string, after: object): string | undefined {
  const document = parseOne(source);
  if (document === undefined) return undefined;
  const { edited, contents, value } = document;
  const edits = editValue(edited, documentSlot(contents), value, after);
  if (edited.editedAnchors.size > 0) {
    const expansions = expandAliases(edited, document.parsed, edited.editedAnchors);
    const expanded = expansions.length === 0 ? undefined : applyEdits(source, expansions);
    // Each round leaves fewer aliases, so that it ends.
    if (expanded !== undefined && readsAs(expanded, value)) return rewriteDocument(expanded, after);
  }
  return checked(source, edits, after) ?? checked(source, [replaceValue(edited, documentSlot(contents), after)], after);
}

interface ParsedSource {
  readonly edited: EditedDocument;
  readonly parsed: Document;
  readonly contents: NonNullable<Document.Parsed["contents"]>;
  readonly value: unknown;
}

function parseOne(source: string): ParsedSource | undefined {
  const documents = parseYaml(source);
  if (!documents.ok || documents.value.length !== 1) return undefined;
  const [first] = documents.value;
  const contents = first?.document.contents;
  if (first === undefined || contents === undefined || contents === null) return undefined;
  const style = detectStyle(first.document, source);
  const anchors = referredAnchors(first.document);
  const edited = { text: source, style, referredAnchors: anchors, editedAnchors: new Set<string>() };
  return { edited, parsed: first.document, contents, value: first.value };
}

function checked(source: string, edits: readonly TextEdit[], after: object): string | undefined {
  const text = applyEdits(source, edits);
  return text !== undefined && readsAs(text, after) ? text : undefined;
}

function readsAs(source: string, expected: unknown): boolean {
  const documents = parseYaml(source);
  if (!documents.ok || documents.value.length !== 1) return false;
  return isSameValue(documents.value[0]?.value, expected);
}
