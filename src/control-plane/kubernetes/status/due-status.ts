/** From what is known of an object to the status that it should have. */
import { isDeepStrictEqual } from "node:util";
import type { ReportedKind } from "./reported-kinds.ts";
import type { StatusForm } from "./status-form.ts";
import { digestOf } from "./status-form.ts";
import type { DueStatus } from "./status-reporter.ts";

/** @param told what its status says, as a digest */
export function dueStatus<V extends { readonly generation: number }>(
  { apiVersion, plural, form }: ReportedKind & { readonly form: StatusForm<V> },
  verdict: V,
  told: string,
): DueStatus {
  const due = form.due(verdict);
  return {
    apiVersion,
    plural,
    generation: verdict.generation,
    isTold: digestOf(due) === told,
    next: (current, now) =>
      isDeepStrictEqual(form.said(current), due) ? undefined : form.written(current, verdict, now),
  };
}
