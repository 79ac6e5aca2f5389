/** Header changes of a rule and of its backends. */
import type { HeaderChanges, HeaderValue } from "../../model/route.ts";
import { literalText } from "./literal-text.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is changed on the way to a backend, and on the way back. */
export interface BothChanges {
  readonly request: HeaderChanges | undefined;
  readonly response: HeaderChanges | undefined;
}

function followedBy(first: HeaderChanges | undefined, then: HeaderChanges | undefined): HeaderChanges | undefined {
  if (first === undefined || then === undefined) return first ?? then;
  const overruled = new Set([...then.remove, ...then.set.map(({ name }) => name)]);
  const stays = ({ name }: HeaderValue): boolean => !overruled.has(name);
  return {
    remove: [...new Set([...first.remove, ...then.remove])],
    set: [...first.set.filter(stays), ...then.set],
    add: [...first.add.filter(stays), ...then.add],
  };
}

/** The changes of a rule, and then those of a backend: Envoy would do it the other way round. */
export function bothFollowedBy(first: BothChanges, then: BothChanges): BothChanges {
  return { request: followedBy(first.request, then.request), response: followedBy(first.response, then.response) };
}

/** Whether nothing is changed. */
export function changeNothing({ request, response }: BothChanges): boolean {
  return request === undefined && response === undefined;
}

function additions(values: readonly HeaderValue[], append_action: string): readonly Fields[] {
  return values.map(({ name, value }) => ({
    header: { key: name, value: literalText(value) },
    append_action,
    ...(value === "" ? { keep_empty_value: true } : {}),
  }));
}

/** Envoy removes first. */
function changeFields(side: "request" | "response", { set, add, remove }: HeaderChanges): Fields {
  const added = [...additions(set, "OVERWRITE_IF_EXISTS_OR_ADD"), ...additions(add, "APPEND_IF_EXISTS_OR_ADD")];
  return {
    ...(added.length > 0 ? { [`${side}_headers_to_add`]: added } : {}),
    ...(remove.length > 0 ? { [`${side}_headers_to_remove`]: remove } : {}),
  };
}

/** Fields of a route or of a weighted cluster. */
export function headerFields({ request, response }: BothChanges): Fields {
  return {
    ...(request === undefined ? {} : changeFields("request", request)),
    ...(response === undefined ? {} : changeFields("response", response)),
  };
}
