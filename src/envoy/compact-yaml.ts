/**
 * Writes JSON data as short YAML: one line, quotes only where YAML needs them, and each part that stands more than once
 * written once and referred to after. A sidecar's configuration is stored with every pod, in etcd and in every kubelet's
 * memory, and this makes it a third smaller. Envoy reads its configuration as YAML in any case.
 */

/** Shorter parts cost as much as a reference to them. */
const shortestShared = 12;

/** Text that YAML takes for nothing but text: no indicator, no space, and it begins with a letter or a slash. */
const plainForm = /^[A-Za-z/][A-Za-z0-9_./-]*$/;
/** Words that some YAML reader takes for a boolean, null or a number. */
const reservedWord = /^(?:true|false|null|yes|no|on|off|y|n|inf|infinity|nan)$/i;

function renderText(text: string): string {
  return plainForm.test(text) && !reservedWord.test(text) ? text : JSON.stringify(text);
}

/** The JSON text of every part that stands more than once and is long enough to be worth a name. */
function findShared(value: unknown): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  const visit = (part: unknown): void => {
    const key = JSON.stringify(part);
    if (key.length >= shortestShared) {
      if (seen.has(key)) {
        shared.add(key);
        // What is inside is written where the first one is.
        return;
      }
      seen.add(key);
    }
    if (typeof part === "object" && part !== null) Object.values(part).forEach(visit);
  };
  visit(value);
  return shared;
}

/**
 * One line of YAML 1.1 and 1.2 that reads as the same data.
 *
 * @param value JSON data; keys whose value is undefined are left out
 */
export function renderCompactYaml(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  const shared = findShared(plain);
  const names = new Map<string, string>();
  const render = (part: unknown): string => {
    const key = JSON.stringify(part);
    const name = names.get(key);
    // The space ends the name: a comma could belong to it.
    if (name !== undefined) return `*${name} `;
    if (!shared.has(key)) return renderOnce(part, render);
    const given = `p${names.size.toString(36)}`;
    names.set(key, given);
    return `&${given} ${renderOnce(part, render)}`;
  };
  return render(plain);
}

function renderOnce(part: unknown, render: (part: unknown) => string): string {
  if (typeof part === "string") return renderText(part);
  if (Array.isArray(part)) return `[${part.map(render).join(",")}]`;
  if (typeof part !== "object" || part === null) return JSON.stringify(part);
  return `{${Object.entries(part)
    .map(([key, value]) => `${renderText(key)}: ${render(value)}`)
    .join(",")}}`;
}
