/**
 * Settings of Envoy's own that stand in its runtime and nowhere else.
 */

/**
 * Instructions of a compiled regular expression (RE2). Envoy refuses more than 100, and with the expression the whole route
 * table that it stands in; `[a-z]{1,50}` has as many. RE2 itself refuses more than 87,000 or so.
 */
const largestExpression = 100_000;

/**
 * Envoy 1.40 takes every end of a connection to an internal listener for a reset, and resets the client's connection in its
 * turn, before that has read what the end came after: the last response on a connection. With this off, the end is an end.
 */
const resetsOnInternalConnections = "envoy.reloadable_features.enable_send_rst_on_user_space_socket";

/** The bootstrap's `layered_runtime` field. */
export const runtime = {
  layers: [
    {
      name: "outrigger",
      static_layer: {
        "re2.max_program_size.error_level": largestExpression,
        [resetsOnInternalConnections]: false,
      },
    },
  ],
};
