/**
 * Envoy's log of itself, as JSON on standard error, like the access log on standard output.
 */

/** The bootstrap's `application_log_config` field. */
export const processLog = {
  log_format: {
    json_format: {
      // Spdlog's flags: time in UTC, level, component, and the message escaped for JSON.
      time: "%Y-%m-%dT%T.%eZ",
      level: "%l",
      component: "%n",
      message: "%j",
    },
  },
};
