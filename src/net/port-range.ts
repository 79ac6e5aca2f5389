/**
 * TCP port ranges as users write them in annotations and the mesh config: `80`, `8000-8099`, `*`.
 */
import type { Parsed, Problem } from "../problem.ts";
import { parsed } from "../problem.ts";
import { quote } from "../quote.ts";

/** An inclusive range of TCP ports; a single port has `first === last`. Both are in 1..65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Every port, or the listed ones. */
export type PortSelection = "all" | readonly PortRange[];

const highestPort = 65_535;
const portForm = /^(\d{1,5})(?:-(\d{1,5}))?$/;

function parsePortRange(text: string): PortRange | undefined {
  const match = portForm.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  return first >= 1 && first <= last && last <= highestPort ? { first, last } : undefined;
}

/**
 * Parses a comma-separated list of ports and ranges; the empty text is the empty list.
 *
 * @param path where the text stands, for the problems
 */
export function parsePortRanges(text: string, path: string): Parsed<readonly PortRange[]> {
  const ranges: PortRange[] = [];
  const problems: Problem[] = [];
  for (const item of text.split(",").map((part) => part.trim())) {
    if (item === "" && text.trim() === "") continue;
    const range = parsePortRange(item);
    if (range === undefined) {
      problems.push({
        path,
        message: `${quote(item)} is not a port or a range of ports`,
        hint: "write ports from 1 to 65535, separated by commas, e.g. 80,8000-8099",
      });
    } else ranges.push(range);
  }
  return problems.length > 0 ? { ok: false, problems } : parsed(ranges);
}

/** Like {@link parsePortRanges}, and `*` is every port. */
export function parsePortSelection(text: string, path: string): Parsed<PortSelection> {
  return text.trim() === "*" ? parsed("all") : parsePortRanges(text, path);
}

/** `80` or `8000-8099`. */
export function formatPortRange({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** The annotation's own spelling of a selection. */
export function formatPortSelection(selection: PortSelection): string {
  return selection === "all" ? "*" : selection.map(formatPortRange).join(",");
}

/** Whether the selection holds the port. */
export function includesPort(selection: PortSelection, port: number): boolean {
  return selection === "all" || selection.some(({ first, last }) => first <= port && port <= last);
}
