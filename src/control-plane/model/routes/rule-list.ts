/**
 * Rules in order of precedence. Their ranks stand beside them in a list of their own, so that the rules themselves can be
 * handed out without being gathered anew: with ten thousand of them that would be most of what a change costs.
 */
import { SortedList } from "../sorted-list.ts";
import type { RouteRule } from "../route.ts";
import type { RankedRule } from "./precedence.ts";
import { compareRules } from "./precedence.ts";

export class RuleList {
  readonly #ranked = new SortedList<RankedRule>(compareRules);
  readonly #rules: RouteRule[] = [];
  #snapshot: readonly RouteRule[] | undefined;

  /** Never modified afterwards; the same object until the list changes. */
  snapshot(): readonly RouteRule[] {
    return (this.#snapshot ??= this.#rules.slice());
  }

  put(ranked: RankedRule): void {
    const { place, replaced } = this.#ranked.put(ranked);
    this.#rules.splice(place, replaced ? 1 : 0, ranked.rule);
    this.#snapshot = undefined;
  }

  remove(ranked: RankedRule): void {
    const place = this.#ranked.remove(ranked);
    if (place === undefined) return;
    this.#rules.splice(place, 1);
    this.#snapshot = undefined;
  }
}
