/**
 * Writes new values the way the document around them is written: its indentation, block or flow, YAML or JSON.
 *
 * Kubernetes reads YAML 1.1 and other tools read 1.2: what either takes for a number, a boolean or null is quoted.
 */
import { stringify } from "yaml";
import type { DocumentStyle } from "./document-style.ts";

/** A pair of a block map whose keys are in `column`, with its line breaks. */
export function renderPair(key: string, value: unknown, column: number, style: DocumentStyle): string {
  return indent(renderBlock(Object.fromEntries([[key, value]]), style), column);
}

/** An item of a block sequence whose dashes are in `column`, with its line breaks. */
export function renderItem(value: unknown, column: number, style: DocumentStyle): string {
  return indent(renderBlock([value], style), column);
}

/** What comes after the `key:` in `column`, without the last line break. */
export function renderPairValue(value: unknown, column: number, style: DocumentStyle): string {
  return renderPair("k", value, column, style).slice(column + "k:".length, -1);
}

/** What comes after the `-` in `column`, without the last line break. */
export function renderItemValue(value: unknown, column: number, style: DocumentStyle): string {
  return renderItem(value, column, style).slice(column + "-".length, -1);
}

/** A whole document, without the last line break. */
export function renderDocument(value: unknown, style: DocumentStyle): string {
  return style.json ? JSON.stringify(value, null, style.jsonIndent) : renderBlock(value, style).slice(0, -1);
}

/**
 * A value in a flow collection.
 *
 * @param margin what stands before the entry on its line, for JSON that takes several lines
 */
export function renderFlow(value: unknown, style: DocumentStyle, margin?: string): string {
  if (!style.json) return renderFlowYaml([value], style);
  if (margin === undefined) return JSON.stringify(value);
  return JSON.stringify(value, null, style.jsonIndent).replaceAll("\n", `\n${margin}`);
}

/** A pair in a flow map; as {@link renderFlow}. */
export function renderFlowPair(key: string, value: unknown, style: DocumentStyle, margin?: string): string {
  if (style.json) return `${JSON.stringify(key)}:${style.flowSpace}${renderFlow(value, style, margin)}`;
  return renderFlowYaml(Object.fromEntries([[key, value]]), style);
}

const quoting = { version: "1.1", compat: "core", lineWidth: 0, aliasDuplicateObjects: false } as const;

function renderBlock(value: unknown, style: DocumentStyle): string {
  // The library gives the indentation of block scalars that begin with spaces as 2, whatever it is.
  const blockQuote = style.indent === 2 || !/"(\\n)* /.test(JSON.stringify(value));
  return stringify(value, { ...quoting, indent: style.indent, indentSeq: style.indentSequences, blockQuote });
}

/** The entries of a collection, without its brackets. */
function renderFlowYaml(value: object, { flowPadding }: DocumentStyle): string {
  const flow = { ...quoting, collectionStyle: "flow", flowCollectionPadding: flowPadding } as const;
  return stringify(value, { ...flow, doubleQuotedMinMultiLineLength: Infinity })
    .trimEnd()
    .slice(1, -1)
    .trim();
}

/** Moves a text to the right; empty lines stay empty, in block scalars too. */
function indent(text: string, column: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(column));
}
