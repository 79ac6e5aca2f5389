/**
 * Everything that is wrong with the objects of the cluster, by object: what reading one has found, and what only shows
 * beside others. Each object's problems come from several causes, which come and go on their own.
 */
import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../problem.ts";
import type { ObjectKind, ObjectReference } from "./cluster-object.ts";

export interface ObjectProblems {
  readonly object: ObjectReference;
  /** In an order that does not depend on when they came; empty once all are solved. */
  readonly problems: readonly Problem[];
}

interface Page {
  readonly object: ObjectReference;
  readonly causes: Map<string, readonly Problem[]>;
}

export class ProblemBook {
  readonly #pages = new Map<string, Page>();
  readonly #changed = new Map<string, ObjectReference>();

  /** Replaces an object's problems of one cause; an empty list takes them out. */
  set(kind: ObjectKind, key: string, cause: string, problems: readonly Problem[]): void {
    const title = `${kind} ${key}`;
    const page = this.#pages.get(title);
    if (page === undefined && problems.length === 0) return;
    if (isDeepStrictEqual(page?.causes.get(cause) ?? [], problems)) return;
    const { object, causes } = page ?? { object: { kind, key }, causes: new Map<string, readonly Problem[]>() };
    if (problems.length === 0) causes.delete(cause);
    else causes.set(cause, problems);
    if (causes.size === 0) this.#pages.delete(title);
    else this.#pages.set(title, { object, causes });
    this.#changed.set(title, object);
  }

  of(kind: ObjectKind, key: string): readonly Problem[] {
    return problemsOn(this.#pages.get(`${kind} ${key}`));
  }

  /** Every object with problems, by kind and key. */
  list(): readonly ObjectProblems[] {
    return [...this.#pages.entries()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, page]) => ({ object: page.object, problems: problemsOn(page) }));
  }

  /** The objects whose problems have changed since the last call. */
  takeChanged(): readonly ObjectProblems[] {
    const changed = [...this.#changed].map(([title, object]) => ({
      object,
      problems: problemsOn(this.#pages.get(title)),
    }));
    this.#changed.clear();
    return changed;
  }
}

function problemsOn(page: Page | undefined): readonly Problem[] {
  if (page === undefined) return [];
  return [...page.causes.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, problems]) => problems);
}
