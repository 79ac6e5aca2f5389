/**
 * The part of JSON Schema that the mesh config's schema is written in, and nothing more: what checks, documents or
 * renders the config walks these nodes.
 */

export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  /** Of an object with fixed keys. */
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[] | undefined;
  /** Of an object with free keys: one entry whose pattern matches every key. */
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly examples?: readonly string[];
}

/** The schema of every value of an object with free keys; undefined where the keys are fixed. */
export function valueSchema(node: SchemaNode): SchemaNode | undefined {
  return Object.values(node.patternProperties ?? {})[0];
}

/** What a node allows, in words that follow "write": `enabled or disabled`, `a list of text`, `a whole number from 1 to 9`. */
export function describeType(node: SchemaNode): string {
  if (node.anyOf !== undefined) return node.anyOf.map(describeType).join(" or ");
  if ("const" in node) return String(node.const);
  switch (node.type ?? "unknown") {
    case "string":
      return node.examples === undefined ? "text" : `text such as ${node.examples.join(" or ")}`;
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number from ${node.minimum ?? "any"} to ${node.maximum ?? "any"}`;
    case "array":
      return `a list of ${describeItem(node.items ?? {})}`;
    case "object":
      return node.properties === undefined ? "a map" : `a map with ${Object.keys(node.properties).join(", ")}`;
    default:
      return node.type ?? "anything";
  }
}

function describeItem(node: SchemaNode): string {
  if (node.type !== "object") return describeType(node);
  return Object.hasOwn(node.properties ?? {}, "matchLabels") ? "label selectors" : "maps";
}
