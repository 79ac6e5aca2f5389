/** Tells of routes what is wrong with them beside other objects: in the log, as everything that is wrong. */
import type { Problem } from "../../../problem.ts";
import type { ProblemBook } from "../problem-book.ts";
import { lostPorts } from "./judge-route.ts";
import type { RouteGroups } from "./route-groups.ts";
import type { RouteKey } from "./route-key.ts";
import { objectKinds, splitRouteKey } from "./route-key.ts";
import type { RouteEntry } from "./route-table.ts";

/** Replaces what has been said of a route; undefined: it is gone. */
export function reportRoute(
  book: ProblemBook,
  key: RouteKey,
  entry: RouteEntry | undefined,
  groups: RouteGroups,
): void {
  const { kind, name } = splitRouteKey(key);
  const put = (cause: string, problems: readonly Problem[]): void => {
    book.set(objectKinds[kind], name, cause, problems);
  };
  const isRefused = entry?.record.refusal !== undefined;
  put("parents", isRefused ? [] : obstaclesOf(entry));
  put("conflicts", isRefused ? [] : conflictsOf(entry, groups));
  put("references", referencesOf(entry));
}

function obstaclesOf(entry: RouteEntry | undefined): readonly Problem[] {
  return (entry?.attachments ?? []).map(({ obstacle }) => obstacle).filter((problem) => problem !== undefined);
}

function conflictsOf(entry: RouteEntry | undefined, groups: RouteGroups): readonly Problem[] {
  if (entry === undefined) return [];
  const lost = entry.attachments.flatMap((attachment) => lostPorts(entry, attachment, groups));
  return distinct(lost.map(({ port, problem }) => ({ ...problem, message: `port ${port}: ${problem.message}` })));
}

/** What leads nowhere does so whosever requests it concerns, but for what needs a grant. */
function referencesOf(entry: RouteEntry | undefined): readonly Problem[] {
  if (entry === undefined) return [];
  const { producer, consumer } = entry.resolved;
  return distinct([...producer.unresolved, ...consumer.unresolved].map(({ problem }) => problem));
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem])).values()];
}
