/** How a document is written, so that what is added looks like the rest. */
import { isCollection, isMap, isSeq, visit } from "yaml";
import type { Document, Node } from "yaml";
import { columnOf, startsLine } from "./text-edit.ts";

export interface DocumentStyle {
  /** Columns per level. */
  readonly indent: number;
  /** Whether the dashes of a sequence stand further right than the key above. */
  readonly indentSequences: boolean;
  /** Whether flow collections have spaces within their brackets. */
  readonly flowPadding: boolean;
  /** What follows a comma or a colon within a line of a flow collection: nothing in compact JSON. */
  readonly flowSpace: "" | " ";
  /** Whether the document is JSON. */
  readonly json: boolean;
  /** One level of JSON that takes several lines. */
  readonly jsonIndent: string;
}

/** The style of a document, by the first map in a map and the first sequence in a map that begin on lines of their own. */
export function detectStyle(document: Document, text: string): DocumentStyle {
  let indent: number | undefined;
  let indentSequences: boolean | undefined;
  visit(document, {
    Pair: (_, { key, value }) => {
      const start = firstEntryStart(value);
      if (start === undefined || !startsLine(text, start)) return undefined;
      const deeper = columnOf(text, start) - columnOf(text, (key as Node).range?.[0] ?? 0);
      if (isMap(value) && deeper > 0) indent ??= deeper;
      if (isSeq(value)) indentSequences ??= deeper > 0;
      return indent === undefined || indentSequences === undefined ? undefined : visit.BREAK;
    },
  });
  const json = isJson(document, text);
  return {
    indent: indent ?? 2,
    indentSequences: indentSequences ?? true,
    flowPadding: hasFlowPadding(document, text),
    flowSpace: json && /":\S/.test(text) ? "" : " ",
    json,
    jsonIndent: /^[ \t]+/m.exec(text)?.[0] ?? "",
  };
}

/** Where the first entry of a collection begins; a block sequence begins with its dash. */
function firstEntryStart(value: unknown): number | undefined {
  if (isMap(value)) return (value.items[0]?.key as Node | undefined)?.range?.[0];
  return isSeq(value) && value.flow !== true ? value.range?.[0] : undefined;
}

/** Told by the first flow collection that has entries; with spaces, where there is none. */
function hasFlowPadding(document: Document, text: string): boolean {
  let padding = true;
  visit(document, {
    Collection: (_, { flow, items, range }) => {
      if (flow !== true || items.length === 0 || !range) return undefined;
      padding = /\s/.test(text.charAt(range[0] + 1));
      return visit.BREAK;
    },
  });
  return padding;
}

function isJson({ contents }: Document, text: string): boolean {
  if (!isCollection(contents) || contents.flow !== true) return false;
  try {
    JSON.parse(text.slice(contents.range?.[0], contents.range?.[1]));
    return true;
  } catch {
    return false;
  }
}
