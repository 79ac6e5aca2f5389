/**
 * Where the parts of a YAML document stand in its source: the entries of a map or sequence, and the slot that each
 * value fills, from right behind the `:` or `-` (so that anchors and tags are in it) to its last character.
 */
import { isMap, isScalar, isSeq } from "yaml";
import type { CST, Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import { columnOf } from "./text-edit.ts";

/** The place of one value in the source. */
export interface Slot {
  /** Undefined where nothing is written: `key:`. */
  readonly node: Node | undefined;
  readonly from: number;
  readonly to: number;
  /** What holds the value, and how it is to be written. */
  readonly holder: "document" | "map" | "sequence" | "flow";
  /** The column of the key or the dash before it. */
  readonly column: number;
}

/** One key of a map with its value, or one item of a sequence. */
export interface Entry {
  /** The key as JSON has it; empty for items. */
  readonly key: string;
  /** Offset of the key or of the dash; in flow sequences, of the item. */
  readonly start: number;
  readonly slot: Slot;
}

type Token = CST.BlockMap["items"][number] | CST.BlockSequence["items"][number] | CST.FlowCollection["items"][number];

/** The slot of a whole document. */
export function documentSlot(contents: Node): Slot {
  const start = contents.range?.[0] ?? 0;
  return { node: contents, from: start, to: contentEnd(contents), holder: "document", column: 0 };
}

/** The entries of a map; undefined where it is written in a way that edits do not cope with: `? key`, `[a: b]`. */
export function mapEntries(map: YAMLMap, text: string): readonly Entry[] | undefined {
  const tokens = tokensOf(map);
  if (tokens === undefined) return undefined;
  const entries = map.items.map((pair, index) => mapEntry(pair, tokens[index], text, map.flow === true));
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

/** The items of a sequence; undefined as for {@link mapEntries}. */
export function sequenceEntries(sequence: YAMLSeq, text: string): readonly Entry[] | undefined {
  const tokens = tokensOf(sequence);
  if (tokens === undefined) return undefined;
  const entries = sequence.items.map((node, index) =>
    sequenceEntry(node as Node, tokens[index], text, sequence.flow === true),
  );
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

/** The offset after the last character of a value: before a comment on the same line, and before what follows. */
export function contentEnd(node: Node): number {
  const end = node.range?.[1] ?? 0;
  if (!(isMap(node) || isSeq(node)) || node.flow === true) return end;
  const last: unknown = node.items.at(-1);
  if (isSeq(node)) return last === undefined ? end : contentEnd(last as Node);
  const { key, value } = last as Pair<Node, Node | null>;
  return Math.max(
    contentEnd(key),
    value === null ? separatorEnd(tokensOf(node)?.at(node.items.length - 1)) : contentEnd(value),
  );
}

/** The key of a merge, as {@link Entry} has it; a key like this that is a text is as good as unheard of. */
export const mergeKey = "<<";

/** The value of a key, as JSON has it; undefined for keys that are no scalars. */
export function keyText(key: unknown): string | undefined {
  const value: unknown = isScalar(key) ? key.value : undefined;
  if (value === null) return "";
  if (typeof value === "string") return value;
  // A merge key is a symbol, as distinct from the text "<<".
  if (typeof value === "symbol") return mergeKey;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function mapEntry({ key, value }: Pair, token: Token | undefined, text: string, flow: boolean): Entry | undefined {
  const name = keyText(key);
  const from = separatorEnd(token);
  const start = startOf(token, token?.key);
  if (name === undefined || token === undefined || from === 0 || start === undefined) return undefined;
  if (token.start.some(({ type }) => type === "explicit-key-ind")) return undefined;
  return { key: name, start, slot: slotAt(value as Node | null, from, flow ? "flow" : "map", columnOf(text, start)) };
}

function sequenceEntry(node: Node, token: Token | undefined, text: string, flow: boolean): Entry | undefined {
  if (flow) {
    const start = startOf(token, token?.value);
    return start === undefined
      ? undefined
      : { key: "", start, slot: slotAt(node, start, "flow", columnOf(text, start)) };
  }
  const dash = token?.start.find(({ type }) => type === "seq-item-ind")?.offset;
  if (dash === undefined) return undefined;
  return { key: "", start: dash, slot: slotAt(node, dash + 1, "sequence", columnOf(text, dash)) };
}

function slotAt(node: Node | null, from: number, holder: Slot["holder"], column: number): Slot {
  return { node: node ?? undefined, from, to: node === null ? from : Math.max(from, contentEnd(node)), holder, column };
}

/** The offset after the `:` of a pair; 0 where there is none. */
function separatorEnd(token: Token | undefined): number {
  const colon = token?.sep?.find(({ type }) => type === "map-value-ind");
  return colon === undefined ? 0 : colon.offset + 1;
}

/** Where an entry begins: with the anchor or tag of its first token, or with the token. */
function startOf(token: Token | undefined, first: CST.Token | null | undefined): number | undefined {
  const property = token?.start.find(({ type }) => type === "anchor" || type === "tag");
  return property?.offset ?? first?.offset;
}

function tokensOf(collection: YAMLMap | YAMLSeq): readonly Token[] | undefined {
  const token = collection.srcToken;
  return token !== undefined && "items" in token ? token.items : undefined;
}
