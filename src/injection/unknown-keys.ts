/**
 * Warnings for labels and annotations that look like ours and are not: nothing is silently ignored.
 */
import { memoize } from "../bounded-memo.ts";
import { nearestWord } from "../nearest-word.ts";
import { settingNames } from "./annotations/registry.ts";
import { domain, injectedLabel, injectionLabel, injectKey, keyOf, statusAnnotation, watchdogKey } from "./keys.ts";

type Keyed = Readonly<Record<string, string>>;

const settingKeys = settingNames.map(keyOf);

/** Where each kind of key belongs. */
const known = {
  pod: { labels: [injectKey, injectedLabel], annotations: [injectKey, statusAnnotation, watchdogKey, ...settingKeys] },
  namespace: { labels: [injectionLabel], annotations: [watchdogKey, ...settingKeys] },
  // What is meant for its pods belongs in its template.
  workload: { labels: [], annotations: [] },
} as const;

type Owner = keyof typeof known;

const prefixes: Readonly<Record<Owner, string>> = { pod: "", namespace: "namespace ", workload: "workload " };

const allKeys = [injectKey, injectionLabel, injectedLabel, statusAnnotation, watchdogKey, ...settingKeys];

const allSuffixes = new Set(allKeys.map((key) => key.slice(domain.length + 1)));

/** The longest key that the API server accepts: a prefix of 253 characters, a slash, and a name of 63. */
const longestKey = 317;

/** Whether a key is one of ours, or may be meant to be: the cheap test first, since nearly every key is somebody else's. */
function mayBeOurs(key: string): boolean {
  return (key.startsWith(domain) || allSuffixes.has(key.slice(key.indexOf("/") + 1))) && key.length <= longestKey;
}

/** Domains that people write when they mean ours: a few slips away, and with a suffix that we know. */
function resemblesOurs(key: string): boolean {
  const slash = key.indexOf("/");
  return slash >= 0 && nearestWord(key.slice(0, slash), [domain]) !== undefined;
}

interface Unfamiliar {
  readonly key: string;
  readonly place: string;
  /** The keys that belong here. */
  readonly here: readonly string[];
}

function rightPlace(key: string): string {
  if (key === injectKey) return "it is a label of pods";
  if (key === injectionLabel) return "it is a label of namespaces";
  return settingKeys.includes(key) || key === watchdogKey
    ? "it is an annotation of pods and namespaces"
    : "Outrigger itself writes it on pods";
}

function describe({ key, place, here }: Unfamiliar): string | undefined {
  const ours = key.startsWith(domain);
  if (!ours && !resemblesOurs(key)) return undefined;
  if (allKeys.includes(key)) return `${place} ${key} has no effect there: ${rightPlace(key)}`;
  const suffix = key.slice(key.indexOf("/") + 1);
  const nearest = ours ? nearestWord(key, here) : here.find((candidate) => candidate === keyOf(suffix));
  if (!ours && nearest === undefined) return undefined;
  return nearest === undefined
    ? `${place} ${key} is unknown and has no effect`
    : `${place} ${key} is unknown and has no effect; did you mean ${nearest}?`;
}

/** The same typo comes with every pod of a workload, and finding what was meant is dear. */
const describeOnce = memoize(describe, ({ key, place }) => `${place} ${key}`, 256);

function warnOfEach(keyed: Keyed | undefined, place: string, here: readonly string[]): readonly string[] {
  if (keyed == null) return [];
  const warnings: string[] = [];
  for (const key of Object.keys(keyed)) {
    if (!mayBeOurs(key) || here.includes(key)) continue;
    const warning = describeOnce({ key, place, here });
    if (warning !== undefined) warnings.push(warning);
  }
  return warnings;
}

/** One sentence for each key of a pod, a namespace or a workload that only looks like one of ours, or belongs elsewhere. */
export function warnOfUnknownKeys(
  owner: Owner,
  labels: Keyed | undefined,
  annotations: Keyed | undefined,
): readonly string[] {
  const prefix = prefixes[owner];
  return [
    ...warnOfEach(labels, `${prefix}label`, known[owner].labels),
    ...warnOfEach(annotations, `${prefix}annotation`, known[owner].annotations),
  ];
}
