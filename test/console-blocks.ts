/**
 * Documentation that is run: every command of a page's ```console blocks, and what the page says it prints.
 */
import { readFile, writeFile } from "node:fs/promises";

/** One command of a page, without its prompt. */
export interface ConsoleCommand {
  readonly command: string;
  /** What the page says it prints; empty where the page shows nothing. */
  readonly output: string;
}

const block = /^```console\n([\s\S]*?)^```$/gm;

function parseBlock(text: string): readonly ConsoleCommand[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      // A command goes on after a backslash at the end of its line.
      const end = /(?<!\\)\n/.exec(part)?.index ?? part.length;
      return { command: part.slice(0, end), output: part.slice(end + 1) };
    });
}

/** Every command of a Markdown text, in order. */
export function consoleCommands(markdown: string): readonly ConsoleCommand[] {
  return [...markdown.matchAll(block)].flatMap(([, text = ""]) => parseBlock(text));
}

/**
 * Runs those commands of a page that are asked for and returns where the page is wrong; with `UPDATE_GOLDEN=1` the page is
 * rewritten instead.
 *
 * @param run resolves to what a command prints, both streams; undefined for a command that is not this run's to check
 */
export async function checkPage(
  path: string,
  run: (command: string) => Promise<string | undefined>,
): Promise<readonly { readonly command: string; readonly expected: string; readonly actual: string }[]> {
  const markdown = await readFile(path, "utf8");
  const wrong = [];
  let updated = markdown;
  for (const { command, output } of consoleCommands(markdown)) {
    const actual = await run(command);
    if (actual === undefined || actual === output) continue;
    updated = updated.replace(`$ ${command}\n${output}`, () => `$ ${command}\n${actual}`);
    wrong.push({ command, expected: output, actual });
  }
  if (process.env["UPDATE_GOLDEN"] !== "1") return wrong;
  if (updated !== markdown) await writeFile(path, updated);
  return [];
}
