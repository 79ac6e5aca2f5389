/**
 * Which requests may be repeated although an application may have seen them is a question of their method. Envoy's retry
 * policies don't know of methods, its routes do: so a rule becomes two routes where it has to.
 */
import type { RequestTerms, RetryTerms } from "../../model/routes/request-terms.ts";
import type { RetryCondition } from "../../model/traffic-policy.ts";
import { retryConditions } from "../../model/traffic-policy.ts";
import type { RouteMatch } from "./request-match.ts";

export interface MethodTerms {
  /** Undefined: all others. */
  readonly methods: readonly string[] | undefined;
  readonly terms: RequestTerms;
}

const unseen = (Object.keys(retryConditions) as RetryCondition[]).filter(isUnseen);

function isUnseen(condition: RetryCondition): boolean {
  return retryConditions[condition] === "unseen";
}

/** Without the repetitions of what an application may have seen: of a reset or an error, those that came before that. */
function unseenOnly(retries: RetryTerms): RetryTerms {
  const { conditions } = retries;
  const broad = conditions.some((condition) => retryConditions[condition] === "seen");
  return { ...retries, conditions: broad ? unseen : conditions.filter(isUnseen), statusCodes: [] };
}

function repeatsUnseenOnly({ conditions, statusCodes }: RetryTerms): boolean {
  return statusCodes.length === 0 && conditions.every(isUnseen);
}

/**
 * The terms by method, in the order in which they are to be matched.
 *
 * @param method that all of the requests have; undefined: they have any
 */
export function termsByMethod(terms: RequestTerms, method: string | undefined): readonly MethodTerms[] {
  const { retries } = terms;
  if (retries?.methods === undefined || repeatsUnseenOnly(retries)) return [{ methods: undefined, terms }];
  const cautious = { ...terms, retries: unseenOnly(retries) };
  if (method !== undefined) {
    return [{ methods: undefined, terms: retries.methods.includes(method) ? terms : cautious }];
  }
  return [
    { methods: retries.methods, terms },
    { methods: undefined, terms: cautious },
  ];
}

/** A `HeaderMatcher`; methods are letters only. */
export function methodAmong(methods: readonly string[]): RouteMatch {
  return { name: ":method", string_match: { safe_regex: { regex: methods.join("|") } } };
}
