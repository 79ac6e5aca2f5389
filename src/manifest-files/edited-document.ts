/** What the parts that edit a document share: the document, and how one value in it is edited. */
import type { DocumentStyle } from "./document-style.ts";
import type { TextEdit } from "./text-edit.ts";
import type { Slot } from "./yaml-slot.ts";

/** A document that is being edited. */
export interface EditedDocument {
  /** The whole stream that it is a part of: all offsets are into this. */
  readonly text: string;
  readonly style: DocumentStyle;
  /** Anchors that aliases of the document refer to. */
  readonly referredAnchors: ReadonlySet<string>;
  /** Collects those whose own value is edited, which would change the aliases' values as well. */
  readonly editedAnchors: Set<string>;
}

/** Edits that turn the value in a slot from `before` into `after`. */
export type EditValue = (document: EditedDocument, slot: Slot, before: unknown, after: unknown) => readonly TextEdit[];
