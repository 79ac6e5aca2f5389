/**
 * `outrigger serve webhook`: the injector as a server. What it is made of is imported only here, so that no other command
 * pays for it.
 */
import type { Command } from "../command.ts";
import { isStandalone, readWebhookOptions, webhookOptions } from "../../serve/webhook-options.ts";

export const serveWebhook: Command = {
  name: "serve webhook",
  operands: "",
  summary: "Run the mutating admission webhook, in a cluster or by itself.",
  options: webhookOptions,
  run: async ({ options, terminal }) => {
    const read = readWebhookOptions(options);
    const running = isStandalone(options)
      ? await (await import("../../serve/standalone-webhook.ts")).startStandaloneWebhook(read, terminal)
      : await (await import("../../serve/cluster-webhook.ts")).startClusterWebhook(read, terminal);
    return running.ended;
  },
};
