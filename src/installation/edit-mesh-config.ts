/**
 * The mesh config's text with single fields set, as `--set PATH=VALUE` asks; comments and everything else stay.
 */
import type { Document } from "yaml";
import { isMap, parse, parseDocument } from "yaml";
import { OutriggerError } from "../errors.ts";

/** Values below this path are kept in the annotations' own spelling, so they are text whatever they look like. */
const textsBelow = "proxy.defaults.";

function usage(detail: string): OutriggerError {
  return new OutriggerError("OUTRIGGER_USAGE", detail);
}

function splitAssignment(assignment: string): readonly [string, string] {
  const equals = assignment.indexOf("=");
  const path = assignment.slice(0, Math.max(equals, 0));
  if (!/^[^.]+(\.[^.]+)*$/.test(path)) throw usage(`--set ${assignment} is not of the form PATH=VALUE, e.g. mode=mesh`);
  return [path, assignment.slice(equals + 1)];
}

function readValue(path: string, text: string): unknown {
  if (path.startsWith(textsBelow)) return text;
  try {
    return parse(text) as unknown;
  } catch {
    throw usage(`--set ${path}: ${text} is no YAML value`);
  }
}

function parseConfig(text: string): Document {
  const document: Document = parseDocument(text);
  if (document.errors.length > 0 || !(document.contents === null || isMap(document.contents))) {
    throw new OutriggerError("OUTRIGGER_CONFIG_INVALID", "the text that --set is to change is no YAML map");
  }
  return document;
}

/**
 * The text with these fields set.
 *
 * @param assignments e.g. `proxy.defaults.access-log=all`, `tracing={host: collector, port: 4317}`
 * @throws OutriggerError where an assignment cannot be read or the text is no YAML; what it means is not looked at
 */
export function editMeshConfig(text: string, assignments: readonly string[]): string {
  if (assignments.length === 0) return text;
  const document = parseConfig(text);
  for (const assignment of assignments) {
    const [path, value] = splitAssignment(assignment);
    try {
      const read = readValue(path, value);
      // A plain value takes the place of the old one within its node, whose comment stays.
      document.setIn(path.split("."), typeof read === "object" ? document.createNode(read) : read);
    } catch (cause) {
      if (cause instanceof OutriggerError) throw cause;
      throw new OutriggerError("OUTRIGGER_USAGE", `--set ${path} leads through a value that has no fields`, { cause });
    }
  }
  return document.toString();
}
