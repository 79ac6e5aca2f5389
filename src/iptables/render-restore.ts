/**
 * Rules as `iptables-restore` text, the form in which the kernel takes a whole table or none of it.
 *
 * The text is meant for `--noflush`: naming a chain of ours empties it, and nobody else's is touched. It goes through an
 * environment variable of a container, where Kubernetes expands `$(NAME)`; no word of it can hold a dollar sign.
 */
import type { IpFamily } from "../net/cidr.ts";
import type { CaptureRules, FamilyRules, Rule, Table } from "./rule.ts";

const tables: readonly Table[] = ["mangle", "nat"];

const plainWord = /^(?:[\w./:@-][\w.,/:@-]*|!)$/;
const plainComment = /^[\w .,:-]{1,255}$/;

function word(text: string): string {
  if (!plainWord.test(text)) throw new TypeError(`not a word of a firewall rule: ${JSON.stringify(text)}`);
  return text;
}

function comment(text: string): string {
  if (!plainComment.test(text)) throw new TypeError(`not a firewall comment: ${JSON.stringify(text)}`);
  return `"${text}"`;
}

/** One rule without its chain, e.g. `-o lo -m comment --comment "…" -j RETURN`. */
export function renderRule({ match, target, why }: Rule): string {
  return [...match.map(word), "-m comment --comment", comment(why), "-j", ...target.map(word)].join(" ");
}

function renderTable(table: Table, rules: FamilyRules): string {
  const own = rules.filter((rule) => rule.table === table);
  if (own.length === 0) return "";
  const chains = new Set(own.map((rule) => rule.chain).filter((chain) => chain.startsWith("OUTRIGGER_")));
  return [
    `*${table}`,
    ...[...chains].map((chain) => `:${chain} - [0:0]`),
    ...own.map((rule) => `-A ${rule.chain} ${renderRule(rule)}`),
    "COMMIT\n",
  ].join("\n");
}

/**
 * Input for `iptables-restore --noflush` (IPv4) or `ip6tables-restore --noflush` (IPv6); empty where there are no rules.
 *
 * @throws TypeError for a rule with a word that could be read as more than that: an unvalidated plan, so a bug
 */
export function renderRestore({ rules }: CaptureRules, family: IpFamily): string {
  return tables.map((table) => renderTable(table, rules[family])).join("");
}
