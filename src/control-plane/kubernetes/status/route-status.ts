/** The status of routes, parent by parent. Source: Gateway API, `RouteParentStatus`. Pure. */
import type { Judgement, ParentVerdict } from "../../model/routes/judge-route.ts";
import type { Statement } from "./condition.ts";
import type { SharedVerdict } from "./shared-status.ts";
import { sharedStatus } from "./shared-status.ts";

export const routeStatus = sharedStatus({ list: "parents", reference: "parentRef" });

/** What is to be said of a route of a generation. */
export function routeVerdict(generation: number, parents: readonly ParentVerdict[]): SharedVerdict {
  const entries = parents.map(({ parent, accepted, resolvedRefs }) => {
    const { namespace, name, sectionName, port } = parent;
    const references = resolvedRefs === undefined ? [] : [statement("ResolvedRefs", resolvedRefs)];
    return {
      reference: { group: "", kind: "Service", namespace, name, sectionName, port },
      statements: [statement("Accepted", accepted), ...references],
    };
  });
  return { generation, entries };
}

function statement(type: string, { holds, reason, message }: Judgement<string>): Omit<Statement, "observedGeneration"> {
  return { type, status: holds ? "True" : "False", reason, message };
}
