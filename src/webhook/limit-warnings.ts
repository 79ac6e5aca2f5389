/**
 * Brings admission warnings into the form in which the API server passes them on.
 *
 * What it does with them (`k8s.io/apiserver/pkg/endpoints/filters/warning.go`, `NewWarningHeader` in
 * `k8s.io/apimachinery/pkg/util/net/http.go`): a text with a control character or invalid UTF-8 is dropped without a
 * word; duplicates are dropped; once all warnings of a request, of all webhooks together, exceed 4096 characters, each
 * is cut to 256 and those that still don't fit are dropped. The documentation asks for 120 characters a warning: that is for
 * those who write them, since cutting there would lose the part that says how to fix it.
 */
import { boundedText } from "./bounded-text.ts";

/** Characters of one warning beyond which the API server may cut it. */
export const maxWarningLength = 256;

/** Characters of all our warnings: the API server's 4096, less a quarter for other webhooks of the same request. */
export const maxWarningsLength = 3_072;

/** Warnings as they will be shown: clean, without duplicates, within the limits; the last one counts what was left out. */
export function limitWarnings(warnings: readonly string[]): readonly string[] {
  if (warnings.length === 0) return warnings;
  const clean = [...new Set(warnings.map(cleanWarning))].filter((text) => text !== "");
  const total = clean.reduce((sum, text) => sum + text.length, 0);
  if (total <= maxWarningsLength) return clean;
  return cutList(clean);
}

/** The first warnings that fit, with room for the line that counts the others. */
function cutList(warnings: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let room = maxWarningsLength - leftOut(warnings.length).length;
  for (const text of warnings) {
    if (text.length > room) break;
    kept.push(text);
    room -= text.length;
  }
  return [...kept, leftOut(warnings.length - kept.length)];
}

function leftOut(count: number): string {
  return `outrigger: left out ${count} more; \`outrigger explain\` shows every warning`;
}

function cleanWarning(text: string): string {
  return boundedText(text.replace(/\p{Cc}+/gu, " ").trim(), maxWarningLength);
}
