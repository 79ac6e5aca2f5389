/**
 * Puts a result into a document, between two comments that Markdown does not show, so that what the documents quote is
 * what a run printed.
 */
import { readFile, writeFile } from "node:fs/promises";

/**
 * Replaces what stands between the comments `<!-- place -->` and `<!-- /place -->`.
 *
 * @throws {Error} where the document has no such place
 */
export async function recordResult(file: string, result: string, place = "bench"): Promise<void> {
  const [start, end] = [`<!-- ${place} -->`, `<!-- /${place} -->`];
  const document = await readFile(file, "utf8");
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the result: put "${start}" and "${end}" in it`);
  const recorded = [document.slice(0, from), start, "\n\n", result.trim(), "\n\n", document.slice(to)].join("");
  await writeFile(file, recorded);
}
