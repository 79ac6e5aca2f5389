/**
 * Statuses that several controllers share: a list with an entry for each controller and each object that something is to be
 * said about, such as the parents of a route or the targets of a policy. Those of other controllers are theirs; those of ours
 * about something that is named no longer go. Sources: Gateway API, `RouteParentStatus`; GEP-713, `PolicyAncestorStatus`. Pure.
 */
import { domain } from "../../../injection/keys.ts";
import type { JsonObject } from "../../../json-value.ts";
import { isJsonObject } from "../../../json-value.ts";
import type { Condition, Statement } from "./condition.ts";
import { conditionsIn, datedConditions, statementsOf } from "./condition.ts";
import type { StatusForm } from "./status-form.ts";

/** By which the mesh's entries are known. */
export const controllerName = `${domain}/mesh`;

export interface SharedVerdict {
  /** The `metadata.generation` that it is about. */
  readonly generation: number;
  /** What is said twice of one object, the last time counts. */
  readonly entries: readonly {
    readonly reference: ObjectName;
    readonly statements: readonly Omit<Statement, "observedGeneration">[];
  }[];
}

/** What an entry is about, as it is named in the spec. */
export interface ObjectName {
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly sectionName?: string | undefined;
  readonly port?: number | undefined;
}

/** How the fields of the list are called. */
export interface SharedFields {
  readonly list: string;
  readonly reference: string;
}

interface Entry<C> {
  readonly name: string;
  readonly reference: JsonObject;
  readonly conditions: readonly C[];
}

/** The form of such a status. */
export function sharedStatus({ list, reference }: SharedFields): StatusForm<SharedVerdict> {
  const entriesIn = (status: unknown): readonly JsonObject[] => {
    const entries = isJsonObject(status) ? status[list] : undefined;
    return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
  };
  const ours = (status: unknown): readonly Entry<Condition>[] =>
    entriesIn(status)
      .filter(isOurs)
      .map((entry) => ({ ...named(entry[reference]), conditions: conditionsIn(entry["conditions"]) }));
  return {
    said: (status) => ours(status).map((entry) => ({ ...entry, conditions: statementsOf(entry.conditions) })),
    due: entriesDue,
    written: (status, verdict, now) => {
      const before = new Map(ours(status).map((entry) => [entry.name, entry.conditions]));
      const own = entriesDue(verdict).map((entry) => ({
        [reference]: entry.reference,
        controllerName,
        conditions: datedConditions(entry.conditions, before.get(entry.name) ?? [], now),
      }));
      return { [list]: [...entriesIn(status).filter((entry) => !isOurs(entry)), ...own] };
    },
  };
}

function entriesDue({ generation, entries }: SharedVerdict): readonly Entry<Statement>[] {
  const due = entries.map(({ reference, statements }) => ({
    ...named(reference),
    conditions: statements.map((statement) => ({ ...statement, observedGeneration: generation })),
  }));
  return [...new Map(due.map((entry) => [entry.name, entry])).values()];
}

/** The parts of a reference in one order, and as a text. */
function named(value: unknown): Pick<Entry<never>, "name" | "reference"> {
  const { group, kind, namespace, name, sectionName, port } = isJsonObject(value) ? value : {};
  const parts = Object.entries({ group, kind, namespace, name, sectionName, port });
  const reference = Object.fromEntries(parts.filter(([, part]) => part !== undefined));
  return { name: JSON.stringify(reference), reference };
}

function isOurs(entry: JsonObject): boolean {
  return entry["controllerName"] === controllerName;
}
