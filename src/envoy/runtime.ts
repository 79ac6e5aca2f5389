/**
 * Limits of Envoy's own that stand in its runtime and nowhere else.
 */

/**
 * Instructions of a compiled regular expression (RE2). Envoy refuses more than 100, and with the expression the whole route
 * table that it stands in; `[a-z]{1,50}` has as many. RE2 itself refuses more than 87,000 or so.
 */
const largestExpression = 100_000;

/** The bootstrap's `layered_runtime` field. */
export const runtime = {
  layers: [{ name: "outrigger", static_layer: { "re2.max_program_size.error_level": largestExpression } }],
};
